// The operator add-on on the demo's Helm installation, as somebody tried before: by hand, or with AWS's script, which stops Helm's controllers first.
import { CreateAddonCommand, DescribeAddonCommand } from "@aws-sdk/client-eks";
import { captureState, compareStates } from "../../sandbox/compare";
import { awsClients } from "../../sandbox/content/awsClients";
import { ClusterObjects } from "../../sandbox/content/clusterObjects";
import type { Sandbox } from "../../sandbox/sandbox";
import { ADDON, RELEASE } from "./runs";
import { until } from "./stage";

const WAIT_MS = 120_000;

export interface ExistingAddon {
    readonly version?: string;
    /** NONE ends in CREATE_FAILED, because Helm owns what the add-on would change. */
    readonly resolveConflicts?: "OVERWRITE" | "NONE";
    /** The status to start from; the add-on is ACTIVE once before it becomes DEGRADED. */
    readonly status: "ACTIVE" | "DEGRADED" | "CREATE_FAILED" | "CREATING";
    /** Whether Helm's controllers run beside it. */
    readonly besideHelm?: true;
}

export async function addStandingAddon(sandbox: Sandbox, standing: ExistingAddon): Promise<void> {
    const { status, version = "v1.3.0-eksbuild.1", resolveConflicts = "OVERWRITE" } = standing;
    if (standing.besideHelm !== true) await stopHelmsControllers(sandbox);
    if (status === "CREATING") await sandbox.aws.scriptAddon(ADDON, { createOutcome: "NEVER" });
    else if (status === "CREATE_FAILED" && resolveConflicts === "OVERWRITE")
        await sandbox.aws.scriptAddon(ADDON, { createOutcome: "CREATE_FAILED" });
    const { eks } = awsClients(sandbox);
    await eks.send(
        new CreateAddonCommand({
            clusterName: sandbox.clusterName,
            addonName: ADDON,
            addonVersion: version,
            resolveConflicts,
            configurationValues: configuration(sandbox),
            tags: { owner: "platform-team" },
        }),
    );
    const wanted = status === "DEGRADED" ? "ACTIVE" : status;
    await until(`the add-on to be ${wanted}`, WAIT_MS, async () => {
        const { addon } = await eks.send(
            new DescribeAddonCommand({ clusterName: sandbox.clusterName, addonName: ADDON }),
        );
        return addon?.status === wanted;
    });
    await sandbox.aws.clearScripts();
    await comeToRest(sandbox);
    if (status === "DEGRADED")
        await sandbox.aws.setAddonStatus(sandbox.clusterName, ADDON, status, [
            { code: "InsufficientNumberOfReplicas", message: "too few replicas", resourceIds: [] },
        ]);
}

/** Pods start and certificates are issued after EKS has said its word. */
async function comeToRest(sandbox: Sandbox): Promise<void> {
    let before = await captureState(sandbox);
    await until("the cluster to come to rest", WAIT_MS, async () => {
        await new Promise((next) => setTimeout(next, 2_000));
        const now = await captureState(sandbox);
        const isStill = compareStates(before, now).length === 0;
        before = now;
        return isStill;
    });
}

async function stopHelmsControllers(sandbox: Sandbox): Promise<void> {
    const objects = new ClusterObjects(sandbox);
    try {
        for (const [namespace, name] of [
            ["hyperpod-inference-system", `${RELEASE}-controller-manager`],
            ["kube-system", `${RELEASE}-alb`],
            ["kube-system", "keda-operator"],
            ["kube-system", "keda-operator-metrics-apiserver"],
            ["kube-system", "keda-admission-webhooks"],
        ] as const) {
            const deployment = await objects.get("apps/v1", "Deployment", name, namespace);
            await objects.patch(deployment, { spec: { replicas: 0 } }, "kubectl", "scale");
        }
    } finally {
        objects.close();
    }
}

function configuration({ accountId, region }: Sandbox): string {
    const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
    return JSON.stringify({
        executionRoleArn: role("SageMakerHyperPodInference-by-hand"),
        tlsCertificateS3Bucket: "hyperpod-tls-demo-5a6d8c1f",
        hyperpodClusterArn: `arn:aws:sagemaker:${region}:${accountId}:cluster/abcdefghijkl`,
        alb: { enabled: true, serviceAccount: { create: true, roleArn: role("demo-alb-controller") } },
        keda: {
            enabled: true,
            auth: { aws: { irsa: { enabled: true, roleArn: role("demo-keda-operator") } } },
        },
    });
}
