// Whose change a live field is, by the field managers as an API server writes them: a person's or tool's stays, what the move itself wrote goes back.
import assert from "node:assert/strict";
import { withChangesOfOthers } from "../../provider/kubernetes/changedOutside";
import type { KubernetesObject } from "../../provider/ports/world";

const NAME = "app.kubernetes.io/name";

/** A Certificate with one label, and what each manager owns of its labels. */
function certificate(label: string, owners: Record<string, object>): KubernetesObject {
    return {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: {
            name: "serving-cert",
            labels: { [NAME]: label },
            managedFields: Object.entries(owners).map(([manager, labels]) => ({
                manager,
                operation: "Update",
                apiVersion: "cert-manager.io/v1",
                fieldsType: "FieldsV1",
                fieldsV1: { "f:metadata": { "f:labels": labels } },
            })),
        },
    };
}

describe("changes of others since the backup", () => {
    const before = certificate("helm's", { helm: { ".": {}, [`f:${NAME}`]: {} } });

    it("are not what the add-on set in a map that helm had made", () => {
        const live = certificate("eks's", { helm: { ".": {} }, eks: { [`f:${NAME}`]: {} } });
        const { object, kept } = withChangesOfOthers(before, live);
        assert.deepEqual(kept, []);
        assert.equal(object.metadata.labels?.[NAME], "helm's");
    });

    it("are not what is left of an entry whose only label was taken", () => {
        const live = certificate("eks's", { helm: {}, eks: { [`f:${NAME}`]: {} } });
        const { object, kept } = withChangesOfOthers(before, live);
        assert.deepEqual(kept, []);
        assert.equal(object.metadata.labels?.[NAME], "helm's");
    });

    it("are a map that is owned as a whole", () => {
        const selected = (selector: object, owned: object): KubernetesObject => ({
            apiVersion: "v1",
            kind: "Service",
            metadata: {
                name: "webhook",
                managedFields: [{ manager: "helm", fieldsV1: { "f:spec": { "f:selector": owned } } }],
            },
            spec: { selector },
        });
        const { object, kept } = withChangesOfOthers(
            selected({ app: "before" }, {}),
            selected({ app: "theirs" }, {}),
        );
        assert.deepEqual(kept, [{ path: "spec.selector", by: "helm" }]);
        assert.deepEqual(object.spec, { selector: { app: "theirs" } });
    });

    it("are what a tool owns and has set to something else", () => {
        const live = certificate("theirs", { helm: { ".": {}, [`f:${NAME}`]: {} } });
        const { object, kept } = withChangesOfOthers(before, live);
        assert.deepEqual(kept, [{ path: `metadata.labels.${NAME}`, by: "helm" }]);
        assert.equal(object.metadata.labels?.[NAME], "theirs");
    });
});
