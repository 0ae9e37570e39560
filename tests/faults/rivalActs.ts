// What colleagues do to the real control plane while a move is under way, each with the differences that are theirs, and how the act is found again.
import assert from "node:assert/strict";
import { CreateAddonCommand, DescribeAddonCommand } from "@aws-sdk/client-eks";
import type { Difference } from "../../sandbox/compare";
import { helm } from "../../sandbox/content";
import { awsClients } from "../../sandbox/content/awsClients";
import { type ClusterObject, ClusterObjects } from "../../sandbox/content/clusterObjects";
import { isStatus } from "../../sandbox/kubernetes/apiClient";
import type { Sandbox } from "../../sandbox/sandbox";
import { RELEASE } from "../e2e/runs";
import { until } from "../e2e/stage";

export interface SandboxAct {
    readonly name: string;
    /** Answers false when there was nothing to act on, or the tool refused. */
    act(sandbox: Sandbox): Promise<boolean>;
    /** A difference that is the colleague's. */
    isTheirs(difference: Difference): boolean;
    /** Fails when the act is not found any more. */
    assertKept(sandbox: Sandbox): Promise<void>;
}

const AGENT = "eks-pod-identity-agent";
const MARK = "acme.example/audited";
const MANAGER = "kubectl-annotate";
const SCALED_BY_HAND = `kube-system/${RELEASE}-alb`;
const CHART_REPLICAS = 2;

async function withObjects<T>(sandbox: Sandbox, work: (objects: ClusterObjects) => Promise<T>): Promise<T> {
    const objects = new ClusterObjects(sandbox);
    try {
        return await work(objects);
    } finally {
        objects.close();
    }
}

/** Marks one object, as an auditor's script does it. */
function annotates(apiVersion: string, kind: string, name: string): SandboxAct {
    const find = async (objects: ClusterObjects): Promise<ClusterObject | undefined> =>
        (await objects.list(apiVersion, kind)).find(({ metadata }) => metadata.name === name);
    return {
        name: `kubectl annotate ${kind} ${name}`,
        act: (sandbox) =>
            withObjects(sandbox, async (objects) => {
                // While nobody converts, kubectl gets an error as well.
                const object = await find(objects).catch((error: unknown) => {
                    if (isStatus(error, 500, 503)) return undefined;
                    throw error;
                });
                if (object === undefined) return false;
                // What a list holds does not say its kind.
                const whole = { ...object, apiVersion, kind };
                await objects.patch(whole, { metadata: { annotations: { [MARK]: "yes" } } }, MANAGER);
                return true;
            }),
        isTheirs: ({ key, path, before, after }) =>
            key.endsWith(name) &&
            (path.startsWith("metadata.managedFields") ||
                JSON.stringify([path, before ?? "", after ?? ""]).includes(MARK)),
        assertKept: (sandbox) =>
            withObjects(sandbox, async (objects) => {
                assert.equal((await find(objects))?.metadata.annotations?.[MARK], "yes", `${kind} ${name}`);
            }),
    };
}

export const sandboxActs: readonly SandboxAct[] = [
    {
        name: "another add-on created",
        act: async (sandbox) => {
            const asked = { clusterName: sandbox.clusterName, addonName: AGENT };
            await awsClients(sandbox).eks.send(new CreateAddonCommand(asked));
            return true;
        },
        isTheirs: ({ key }) => key.includes("pod-identity"),
        assertKept: async (sandbox) => {
            const { eks } = awsClients(sandbox);
            const asked = { clusterName: sandbox.clusterName, addonName: AGENT };
            await until("the other add-on", 60_000, async () => {
                const { addon } = await eks.send(new DescribeAddonCommand(asked));
                return addon?.status === "ACTIVE";
            });
            const sets = await withObjects(sandbox, (objects) => objects.list("apps/v1", "DaemonSet"));
            assert.ok(
                sets.some(({ metadata }) => metadata.name === AGENT),
                "its DaemonSet is gone",
            );
        },
    },
    annotates("inference.sagemaker.aws.amazon.com/v1", "InferenceEndpointConfig", "llama8b"),
    annotates("rbac.authorization.k8s.io/v1", "ClusterRole", "keda-operator"),
    {
        name: "helm rollback to the revision that runs",
        act: async (sandbox) =>
            helm(sandbox, ["rollback", RELEASE, "3", "--namespace", "kube-system"]).then(
                () => true,
                (error: Error) => {
                    // Its records are hidden, or a webhook's controller is stopped.
                    if (
                        /not found|failed calling webhook|conversion webhook|no endpoints/.test(error.message)
                    )
                        return false;
                    throw error;
                },
            ),
        // Another revision; helm has written the objects once more, and what was scaled by hand has the chart's number again.
        isTheirs: ({ key, path, after }) =>
            /^Secret kube-system\/sh\.helm\.release/.test(key) ||
            path.startsWith("metadata.managedFields") ||
            (key.includes(SCALED_BY_HAND) && /(replicas|count)$/i.test(path) && after === CHART_REPLICAS),
        assertKept: async (sandbox) => {
            const secrets = await withObjects(sandbox, (objects) => objects.list("v1", "Secret"));
            assert.ok(
                secrets.some(({ metadata }) => metadata.name === `sh.helm.release.v1.${RELEASE}.v4`),
                "their revision is gone",
            );
        },
    },
];
