/** The observer with a cluster that the test plays: a clock, collections and probes by hand. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { KubeObject } from "../../sandbox/kubernetes/objects";
import type { Deployment } from "../../sandbox/watch/controllers";
import { describeObservation, type Observation, observe } from "../../sandbox/watch/observeMove";
import type { Probe } from "../../sandbox/watch/prober";
import type { MoveSource } from "../../sandbox/watch/source";

const MODEL = "x.io/Model";
const PROBE_EVERY_MS = 20;

class PlayedCluster implements MoveSource {
    time = 0;
    refusal: string | undefined;
    stopped = false;
    objects: (kind: string, objects: KubeObject[]) => void = () => {};
    deployments: (deployments: Deployment[]) => void = () => {};

    now = () => this.time;
    async followGuarded(onObjects: (kind: string, objects: KubeObject[]) => void): Promise<void> {
        this.objects = onObjects;
        onObjects(MODEL, [model("m", "1"), model("n", "2")]);
    }
    async followDeployments(onDeployments: (deployments: Deployment[]) => void): Promise<void> {
        this.deployments = onDeployments;
        onDeployments([deployment("keda", "keda-operator", 1)]);
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

function deployment(name: string, image: string, availableReplicas: number): Deployment {
    const containers = [{ image: `registry.invalid/hyperpod/${image}:2.17.1` }];
    return {
        metadata: { name, namespace: "k" },
        spec: { template: { spec: { containers } } },
        status: { availableReplicas },
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
        assert.deepEqual(report, {
            seconds: 10,
            deletions: [],
            away: { "keda-operator": { seconds: 0, atEnd: false } },
            twoActive: [],
            refused: { "create ingress": { seconds: 0, atEnd: false, answers: {} } },
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
            await cluster.at(1, () => cluster.deployments([deployment("keda", "keda-operator", 0)]));
            const both = [
                deployment("keda", "keda-operator", 0),
                deployment("addon-keda", "keda-operator", 1),
            ];
            await cluster.at(4.5, () => cluster.deployments(both));
            await cluster.at(6, () => cluster.deployments([]));
            await cluster.at(8, () => undefined);
        });
        assert.deepEqual(report.away, { "keda-operator": { seconds: 5.5, atEnd: true } });
        assert.deepEqual(report.twoActive, []);
    });

    it("reports two available Deployments of one controller, and not of two controllers", async () => {
        const old = deployment("keda", "keda-operator", 1);
        const report = await play(async (cluster) => {
            const operator = deployment("op", "hyperpod-inference-operator", 1);
            await cluster.at(1, () =>
                cluster.deployments([old, operator, deployment("new", "keda-operator", 2)]),
            );
            await cluster.at(3, () => cluster.deployments([old, operator]));
            await cluster.at(9, () => undefined);
        });
        assert.deepEqual(report.twoActive, [
            { controller: "keda-operator", deployments: ["k/keda", "k/new"], seconds: 2 },
        ]);
        assert.equal(report.away["hyperpod-inference-operator"]?.seconds, 0);
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
                cluster.deployments([]);
                cluster.objects(MODEL, [model("n", "2")]);
            });
            await cluster.at(3, () => undefined);
        });
        report.refused["create ingress"] = { seconds: 2, atEnd: true, answers: { "500 no endpoints": 4 } };
        assert.equal(
            describeObservation(report),
            [
                "observed for 3.0 s",
                "deleted (gone) after 1.0 s: x.io/Model a/m",
                "away 2.0 s, still away: keda-operator",
                "refused 2.0 s, still refused: create ingress",
                "    4 x 500 no endpoints",
                "observer: a watch broke",
            ].join("\n"),
        );
    });
});
