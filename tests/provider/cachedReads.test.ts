// One look asks the API server nothing twice: neither the same question, nor what a list of it has answered. What fails, and what a write changed, is asked again.
import assert from "node:assert/strict";
import { inOneLook } from "../../provider/kubernetes/cachedReads";
import type { KubernetesObject, ListOptions, ObjectRef, Objects } from "../../provider/ports/world";

const POD = { apiVersion: "v1", kind: "Pod" };
const pod = (namespace: string, name: string): KubernetesObject => ({
    ...POD,
    metadata: { namespace, name },
});
const PODS = [pod("a", "one"), pod("a", "two"), pod("b", "one")];

/** A port that tells what it was asked; what `forbidden` names is refused. */
function asked(forbidden: readonly string[] = []) {
    const questions: string[] = [];
    const ask = (question: string) => {
        questions.push(question);
        if (forbidden.includes(question)) throw new Error(`${question} is forbidden`);
    };
    const of = (namespace?: string) =>
        PODS.filter(({ metadata }) => !namespace || metadata.namespace === namespace);
    const objects = {
        read: async ({ namespace, name }: ObjectRef) => {
            ask(`read ${namespace}/${name}`);
            return of(namespace).find(({ metadata }) => metadata.name === name);
        },
        exists: async ({ namespace, name }: ObjectRef) => {
            ask(`exists ${namespace}/${name}`);
            return of(namespace).some(({ metadata }) => metadata.name === name);
        },
        list: async (
            _: string,
            kind: string,
            { namespace, labelSelector, metadataOnly }: ListOptions = {},
        ) => {
            ask(
                ["list", kind, namespace, labelSelector, metadataOnly && "metadata"]
                    .filter(Boolean)
                    .join(" "),
            );
            return of(namespace);
        },
        merge: async () => ({ name: "one" }),
    };
    return { look: inOneLook({ objects: objects as unknown as Objects }).objects, questions };
}

const names = (objects: readonly KubernetesObject[]) =>
    objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

describe("one look", () => {
    it("asks the same question once, also at the same time", async () => {
        const { look, questions } = asked();
        const answers = await Promise.all(
            [1, 2].map(() => look.read({ ...POD, namespace: "a", name: "one" })),
        );
        await look.list("v1", "Pod", { labelSelector: "x" });
        await look.list("v1", "Pod", { labelSelector: "x", namespace: "" });
        assert.equal(answers[0], answers[1]);
        assert.deepEqual(questions, ["read a/one", "list Pod x"]);
    });

    it("takes from a list what it holds: objects, namespaces, metadata, and what is not there", async () => {
        const { look, questions } = asked();
        const listing = look.list("v1", "Pod");
        assert.equal((await look.read({ ...POD, namespace: "b", name: "one" }))?.metadata.namespace, "b");
        assert.equal(await look.read({ ...POD, namespace: "b", name: "two" }), undefined);
        assert.equal(await look.exists({ ...POD, namespace: "b", name: "two" }), false);
        assert.deepEqual(names(await look.list("v1", "Pod", { namespace: "a" })), ["a/one", "a/two"]);
        assert.deepEqual(names(await look.list("v1", "Pod", { metadataOnly: true })), names(await listing));
        assert.deepEqual(questions, ["list Pod"]);
    });

    it("takes no object from a list of metadata, and nothing from one that a selector narrows", async () => {
        const { look, questions } = asked();
        await look.list("v1", "Pod", { metadataOnly: true });
        await look.list("v1", "Pod", { namespace: "a", labelSelector: "x" });
        await look.read({ ...POD, namespace: "a", name: "one" });
        await look.list("v1", "Pod", { namespace: "a" });
        assert.deepEqual(questions, ["list Pod metadata", "list Pod a x", "read a/one", "list Pod a"]);
    });

    it("reads what it may not list, and keeps no failure", async () => {
        const { look, questions } = asked(["list Pod", "read a/two"]);
        await assert.rejects(look.list("v1", "Pod"));
        await assert.rejects(look.list("v1", "Pod"));
        assert.equal((await look.read({ ...POD, namespace: "a", name: "one" }))?.metadata.name, "one");
        for (const _ of [1, 2]) await assert.rejects(look.read({ ...POD, namespace: "a", name: "two" }));
        assert.deepEqual(questions, ["list Pod", "list Pod", "read a/one", "read a/two", "read a/two"]);
    });

    it("asks again after a write", async () => {
        const { look, questions } = asked();
        await look.list("v1", "Pod");
        await look.merge({ ...POD, namespace: "a", name: "one" }, {});
        await look.read({ ...POD, namespace: "a", name: "one" });
        assert.deepEqual(questions, ["list Pod", "read a/one"]);
    });
});
