// An add-on that somebody made before the move, over the Helm release, as AWS's script or a hand leaves it.
import type { AddonStatus } from "../../../provider/ports/world";
import type { MemoryWorld } from "../memoryWorld";
import { ADDON, RELEASE, VALUES } from "./content";
import type { Outcome } from "./data";

export interface ExistingAddon {
    readonly version?: string;
    readonly outcome?: Outcome;
    readonly configuration?: Readonly<Record<string, unknown>>;
}

const HELMS_CONTROLLERS = [
    ["hyperpod-inference-system", "hyperpod-inference-operator-controller-manager"],
    [RELEASE.namespace, "hyperpod-inference-operator-alb"],
    [RELEASE.namespace, "keda-operator"],
    [RELEASE.namespace, "keda-operator-metrics-apiserver"],
    [RELEASE.namespace, "keda-admission-webhooks"],
] as const;

export const STANDING_CONFIGURATION = {
    executionRoleArn: "arn:aws:iam::123456789012:role/SageMakerHyperPodInference-by-hand",
    tlsCertificateS3Bucket: "hyperpod-tls-team",
    hyperpodClusterArn: VALUES.hyperpodClusterArn,
    nodeSelector: { pool: "blue" },
};

/** What an update with OVERWRITE will set right, and an undo must bring again: on an object of the add-on's own, and on one that Helm shares. */
function changeByOthers({ store }: MemoryWorld): void {
    store.merge(
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            namespace: "hyperpod-inference-system",
            name: "hyperpod-inference-alb",
        },
        { spec: { replicas: 3 } },
        { manager: "kubectl-scale", operation: "Update" },
    );
    store.merge(
        { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "keda-operator" },
        { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["get"] }] },
        { manager: "helm", operation: "Update" },
    );
}

/** Helm's controllers are stopped first: two of a kind would fight over what they write. */
export function addStandingAddon(world: MemoryWorld, standing: ExistingAddon = {}): void {
    for (const [namespace, name] of HELMS_CONTROLLERS)
        world.store.merge(
            { apiVersion: "apps/v1", kind: "Deployment", namespace, name },
            { spec: { replicas: 0 } },
            { manager: "kubectl-scale", operation: "Update" },
        );
    world.settle();
    const { now } = world.data;
    world.data.outcomes.set(ADDON, standing.outcome ?? "ACTIVE");
    world.data.addons.set(ADDON, {
        name: ADDON,
        version: standing.version ?? "v1.3.0-eksbuild.1",
        configurationValues: JSON.stringify(standing.configuration ?? STANDING_CONFIGURATION),
        status: "CREATING" as AddonStatus,
        issues: [],
        tags: { owner: "platform" },
        token: "by-hand",
        updates: {},
        work: { kind: "create", startedAt: now, preserve: false, applied: 0, mode: "OVERWRITE" },
    });
    world.data.wakeUps.add(now);
    world.settle();
    world.data.outcomes.clear();
    changeByOthers(world);
    world.settle();
}
