// Which of Helm's records tells the defaults of a chart: the first revision of the same chart, and no other.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { ApiDiscovery } from "../../provider/adapters/kubernetes/apiDiscovery";
import type { KubernetesObjects } from "../../provider/adapters/kubernetes/objects";
import { HelmReleases } from "../../provider/adapters/kubernetes/releases";
import type { ObjectRef } from "../../provider/ports/world";

interface Revision {
    readonly version: number;
    readonly chartVersion: string;
    readonly chartValues: Record<string, unknown>;
}

const CHART = "hyperpod-inference-operator";

describe("defaults of a chart", () => {
    const bare = { version: 1, chartVersion: "2.2.2", chartValues: { stage: "prod" } };
    const reused = { version: 2, chartVersion: "2.2.2", chartValues: { stage: "prod", team: "ml" } };

    for (const [what, revisions, expected] of [
        ["are those of a release with one revision", [bare], bare.chartValues],
        ["are those of the first revision, not of one that reused values", [bare, reused], bare.chartValues],
        [
            "are unknown when the first revision was another version of the chart",
            [{ ...bare, chartVersion: "2.1.0" }, reused],
            undefined,
        ],
        ["are unknown when the first revision is gone", [reused], undefined],
    ] as const) {
        it(what, async () => {
            const [release] = await releasesIn(revisions).find(CHART, {});
            assert.deepEqual(release?.pristineDefaults, expected);
            assert.deepEqual(
                release?.chartDefaults,
                revisions.at(-1)?.chartValues,
                "what Helm rendered with",
            );
        });
    }
});

function releasesIn(revisions: readonly Revision[]): HelmReleases {
    const secrets = new Map(revisions.map((revision) => [`record-${revision.version}`, recordOf(revision)]));
    const objects: Pick<KubernetesObjects, "list" | "read"> = {
        list: async () => [...secrets.values()],
        read: async ({ name }: ObjectRef) => secrets.get(name),
    };
    return new HelmReleases(objects as unknown as KubernetesObjects, {} as ApiDiscovery);
}

function recordOf({ version, chartVersion, chartValues }: Revision) {
    const stored = {
        name: "r",
        namespace: "kube-system",
        version,
        info: { status: "deployed" },
        chart: { metadata: { name: CHART, version: chartVersion }, values: chartValues },
        config: { team: "ml" },
    };
    const helms = gzipSync(JSON.stringify(stored)).toString("base64");
    return {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
            name: `record-${version}`,
            namespace: "kube-system",
            labels: { owner: "helm", name: "r", version: String(version), status: "deployed" },
        },
        data: { release: Buffer.from(helms).toString("base64") },
    };
}
