/** The observer with a cluster that the test plays: a clock, collections and probes by hand. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { KubeObject, Pod } from "../../sandbox/kubernetes/objectTypes";
import { describeObservation, type Observation, observe } from "../../sandbox/watch/observeMove";
import type { Probe } from "../../sandbox/watch/prober";
import type { MoveSource } from "../../sandbox/watch/source";
import { controllerBehind, unavoidableSeconds } from "../../sandbox/watch/unavoidable";

const MODEL = "x.io/Model";
const PROBE_EVERY_MS = 20;

class PlayedCluster implements MoveSource {
    time = 0;
    refusal: string | undefined;
    stopped = false;
    running = [pod("keda", "keda-operator")];
    objects: (kind: string, objects: KubeObject[]) => void = () => {};
    pods: (pods: Pod[]) => void = () => {};

    now = () => this.time;
    async followGuarded(onObjects: (kind: string, objects: KubeObject[]) => void): Promise<void> {
        this.objects = onObjects;
        onObjects(MODEL, [model("m", "1"), model("n", "2")]);
    }
    async followPods(onPods: (pods: Pod[]) => void): Promise<void> {
        this.pods = onPods;
        onPods(this.running);
    }
    async probes(): Promise<Probe[]> {
        const run = () =>
            this.refusal === undefined ? Promise.resolve() : Promise.reject(new Error(this.refusal));
        return [{ name: "create ingress", run }];
    }
    async stop(): Promise<string[]> {
        this.stopped = true;
        return ["a watch broke"];
    }

    /** At this second, long enough for every probe to have run. */
    async at(second: number, change: () => void): Promise<void> {
        this.time = second * 1000;
        change();
        await pause(PROBE_EVERY_MS * 4);
    }
}

function model(name: string, uid: string, more: object = {}): KubeObject {
    return { metadata: { name, namespace: "a", uid, ...more } };
}

/** A pod of the Deployment of this name. */
function pod(deployment: string, image: string, state: "ready" | "starting" | "ending" = "ready"): Pod {
    const owner = { kind: "ReplicaSet", name: `${deployment}-6f7d`, uid: "r", controller: true };
    return {
        metadata: {
            name: `${deployment}-6f7d-x`,
            namespace: "k",
            uid: `${deployment}-x`,
            labels: { "pod-template-hash": "6f7d" },
            ownerReferences: [owner],
            ...(state === "ending" ? { deletionTimestamp: "t" } : {}),
        },
        spec: { containers: [{ name: "c", image: `registry.invalid/hyperpod/${image}:2.17.1` }] },
        status: { conditions: [{ type: "Ready", status: state === "starting" ? "False" : "True" }] },
    };
}

async function play(script: (cluster: PlayedCluster) => Promise<void>): Promise<Observation> {
    const cluster = new PlayedCluster();
    const observation = await observe(cluster, PROBE_EVERY_MS);
    await script(cluster);
    const report = await observation.stop();
    assert.equal(cluster.stopped, true);
    return report;
}

describe("observer of a move", () => {
    it("reports nothing when nothing happens", async () => {
        const report = await play((cluster) => cluster.at(10, () => undefined));
        const asked = report.refused["create ingress"]?.asked ?? 0;
        // Once at the start, once at the end, and some in between.
        assert.ok(asked >= 3, `asked ${asked} times`);
        assert.deepEqual(report, {
            seconds: 10,
            deletions: [],
            away: { "keda-operator": { seconds: 0, atEnd: false, spans: [] } },
            twoActive: [],
            podsChanging: [],
            refused: { "create ingress": { asked, seconds: 0, atEnd: false, answers: {} } },
            problems: ["a watch broke"],
        });
    });

    it("reports what was deleted, marked for deletion, or replaced by another of the same name", async () => {
        const report = await play(async (cluster) => {
            await cluster.at(1, () =>
                cluster.objects(MODEL, [model("m", "1", { deletionTimestamp: "t" }), model("n", "2")]),
            );
            await cluster.at(2, () => cluster.objects(MODEL, [model("n", "3"), model("o", "4")]));
            await cluster.at(3, () => cluster.objects(MODEL, [model("n", "3")]));
        });
        assert.deepEqual(report.deletions, [
            { key: `${MODEL} a/m`, how: "marked", at: 1 },
            { key: `${MODEL} a/m`, how: "gone", at: 2 },
            { key: `${MODEL} a/n`, how: "replaced", at: 2 },
            { key: `${MODEL} a/o`, how: "gone", at: 3 },
        ]);
    });

    it("measures how long a controller is away, whichever Deployment runs it", async () => {
        const report = await play(async (cluster) => {
            await cluster.at(1, () => cluster.pods([pod("keda", "keda-operator", "ending")]));
            await cluster.at(2, () => cluster.pods([pod("addon-keda", "keda-operator", "starting")]));
            await cluster.at(4.5, () => cluster.pods([pod("addon-keda", "keda-operator")]));
            await cluster.at(6, () => cluster.pods([]));
            await cluster.at(8, () => undefined);
        });
        assert.deepEqual(report.away, {
            "keda-operator": {
                seconds: 5.5,
                atEnd: true,
                spans: [
                    { begin: 1000, end: 4500 },
                    { begin: 6000, end: 8000 },
                ],
            },
        });
        assert.deepEqual(report.podsChanging, [{ begin: 1000, end: 4500 }]);
        assert.deepEqual(report.twoActive, []);
    });

    it("reports pods of two Deployments of one controller, and not of two controllers", async () => {
        const old = pod("keda", "keda-operator");
        const report = await play(async (cluster) => {
            const operator = pod("op", "hyperpod-inference-operator");
            await cluster.at(1, () => cluster.pods([old, operator, pod("new", "keda-operator")]));
            // Told to end, and not gone yet: it may still act.
            const ending = pod("keda", "keda-operator", "ending");
            await cluster.at(3, () => cluster.pods([ending, operator, pod("new", "keda-operator")]));
            await cluster.at(4, () => cluster.pods([operator, pod("new", "keda-operator")]));
            await cluster.at(9, () => undefined);
        });
        assert.deepEqual(report.twoActive, [
            { controller: "keda-operator", deployments: ["k/keda", "k/new"], seconds: 3 },
        ]);
        assert.equal(report.away["hyperpod-inference-operator"]?.seconds, 0);
    });

    it("counts a rolling update of one Deployment as one controller", async () => {
        const report = await play(async (cluster) => {
            const next = pod("keda", "keda-operator");
            next.metadata.labels = { "pod-template-hash": "99aa" };
            next.metadata.ownerReferences = [
                { kind: "ReplicaSet", name: "keda-99aa", uid: "s", controller: true },
            ];
            await cluster.at(1, () => cluster.pods([pod("keda", "keda-operator"), next]));
        });
        assert.deepEqual(report.twoActive, []);
    });

    it("tells the part of an absence that begins with the request for the add-on from the part before it", async () => {
        const report = await play(async (cluster) => {
            await cluster.at(1, () => cluster.pods([]));
            await cluster.at(5, () => cluster.pods([pod("addon-keda", "keda-operator")]));
            await cluster.at(7, () => cluster.pods([]));
            await cluster.at(9, () => cluster.pods([pod("addon-keda", "keda-operator")]));
        });
        assert.equal(report.away["keda-operator"]?.seconds, 6);
        assert.equal(unavoidableSeconds(report, "keda-operator", 2_000), 3);
        assert.equal(unavoidableSeconds(report, "keda-operator", 500), 4);
        assert.equal(unavoidableSeconds(report, "never-there", 500), 0);
        assert.equal(controllerBehind("write jumpstartmodels v1alpha1"), "hyperpod-inference-operator");
        assert.equal(controllerBehind("read jumpstartmodels v1"), undefined);
    });

    it("does not wait for pods that were stuck before", async () => {
        const cluster = new PlayedCluster();
        cluster.running = [pod("stuck", "shop", "starting")];
        const observation = await observe(cluster, PROBE_EVERY_MS);
        await cluster.at(1, () => cluster.pods(cluster.running));
        assert.deepEqual((await observation.stop()).podsChanging, []);
    });

    it("measures how long requests are refused, with the answers, and says when they still are", async () => {
        const report = await play(async (cluster) => {
            await cluster.at(1, () => {
                cluster.refusal = "500 no endpoints";
            });
            await cluster.at(3, () => {
                cluster.refusal = undefined;
            });
            await cluster.at(7, () => {
                cluster.refusal = "503";
            });
            await cluster.at(8, () => undefined);
        });
        const refusal = report.refused["create ingress"];
        assert.equal(refusal?.seconds, 3);
        assert.equal(refusal?.atEnd, true);
        assert.ok((refusal?.answers["500 no endpoints"] ?? 0) >= 1);
    });

    it("runs every probe once more at the end", async () => {
        const cluster = new PlayedCluster();
        const observation = await observe(cluster, 60_000);
        cluster.refusal = "503";
        assert.equal((await observation.stop()).refused["create ingress"]?.atEnd, true);
    });

    it("stops the source when it cannot begin", async () => {
        const cluster = new PlayedCluster();
        cluster.probes = () => Promise.reject(new Error("no cluster"));
        await assert.rejects(observe(cluster, PROBE_EVERY_MS), /no cluster/);
        assert.equal(cluster.stopped, true);
    });

    it("describes a move for people", async () => {
        const report = await play(async (cluster) => {
            await cluster.at(1, () => {
                cluster.refusal = "500 no endpoints";
                cluster.pods([]);
                cluster.objects(MODEL, [model("n", "2")]);
            });
            await cluster.at(3, () => undefined);
        });
        report.refused["create ingress"] = {
            asked: 9,
            seconds: 2,
            atEnd: true,
            answers: { "500 no endpoints": 4 },
        };
        assert.equal(
            describeObservation(report),
            [
                "observed for 3.0 s",
                "deleted (gone) after 1.0 s: x.io/Model a/m",
                "away 2.0 s, still away: keda-operator",
                "4 of 9 requests refused",
                "refused 2.0 s, still refused: create ingress",
                "    4 x 500 no endpoints",
                "observer: a watch broke",
            ].join("\n"),
        );
    });
});
