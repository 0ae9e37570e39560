// In: names, roles and bucket. Out: the values that a user of the Helm chart writes, revision by revision. Runs nothing.
import type { Sandbox } from "../sandboxHandle";
import type { BareCluster } from "./bareCluster";
import type { RoleArns } from "./helmRoles";

export type Values = Record<string, unknown>;

/** Parts of the chart that may belong to somebody else instead. */
export const dependencyNames = ["alb", "keda", "cert-manager", "s3", "fsx"] as const;
export type Dependency = (typeof dependencyNames)[number];

export interface ValueParts {
    bare: BareCluster;
    roles: RoleArns;
    tlsBucket: string;
    external: readonly Dependency[];
}

const toleration = { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" };

export function baseValues(sandbox: Sandbox, parts: ValueParts): Values {
    const { bare, roles, external } = parts;
    const own = (name: Dependency) => !external.includes(name);
    const annotated = (role: string) => ({
        serviceAccount: { create: true, annotations: { "eks.amazonaws.com/role-arn": role } },
    });
    const place = { clusterName: sandbox.clusterName, region: sandbox.region, vpcId: bare.network.vpcId };
    return {
        region: sandbox.region,
        eksClusterName: sandbox.clusterName,
        hyperpodClusterArn: bare.hyperPodClusterArn,
        executionRoleArn: roles.execution,
        jumpstartGatedModelDownloadRoleArn: roles.gated,
        tlsCertificateS3Bucket: `s3://${parts.tlsBucket}`,
        alb: own("alb")
            ? { ...place, serviceAccount: { create: false, name: "aws-load-balancer-controller" } }
            : { enabled: false },
        keda: own("keda")
            ? { podIdentity: { aws: { irsa: { enabled: true, roleArn: roles.keda } } } }
            : { enabled: false },
        s3: own("s3")
            ? { serviceAccountRoleArn: roles.s3Csi, node: annotated(roles.s3Csi) }
            : { enabled: false },
        fsx: own("fsx") ? { controller: annotated(roles.fsxCsi) } : { enabled: false },
        ...(own("cert-manager") ? {} : { "cert-manager": { enabled: false } }),
    };
}

/** What the second, third, ... revision changes. */
export function laterValues(revision: number): Values {
    if (revision === 2) return { tolerations: [toleration], affinity: cpuAffinity() };
    if (revision === 3) {
        return {
            enableCustomServiceAccounts: true,
            alb: { tolerations: [toleration] },
            keda: { tolerations: [toleration] },
        };
    }
    return { nodeSelector: { "sagemaker.amazonaws.com/compute-type": "hyperpod" } };
}

/** Settings of the Helm chart for which no add-on version has a key. */
export const inexpressibleValues: Values = {
    stage: "gamma",
    keda: { resources: { operator: { limits: { cpu: 1, memory: "2Gi" } } } },
};

function cpuAffinity(): object {
    const expressions = [
        { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
        { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
        { key: "sagemaker.amazonaws.com/node-health-status", operator: "In", values: ["Schedulable"] },
    ];
    const required = { nodeSelectorTerms: [{ matchExpressions: expressions }] };
    return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
}

/** Maps merge, everything else is replaced, as helm merges values files. */
export function mergeValues(below: Values, above: Values): Values {
    const merged = { ...below };
    for (const [key, value] of Object.entries(above)) {
        const old = merged[key];
        merged[key] = isMap(old) && isMap(value) ? mergeValues(old, value) : value;
    }
    return merged;
}

function isMap(value: unknown): value is Values {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
