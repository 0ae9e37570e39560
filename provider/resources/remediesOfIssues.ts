// What EKS and Kubernetes say about a failure comes in, what to do next goes out.
import { OPERATOR_NAMESPACE, OPERATOR_POD_SLOTS } from "../../common/operatorNames";

const remedies: [RegExp, string][] = [
    [
        /missing CSIDriver s3\.csi|S3 CSI driver not installed/i,
        "install the S3 CSI driver: set s3Csi.mode to Install",
    ],
    [
        /missing CSIDriver fsx\.csi|FSx CSI driver not installed/i,
        "install the FSx CSI driver: set fsxCsi.mode to Install",
    ],
    [/cert-manager|certificaterequests/i, "install cert-manager: set certManager.mode to Install"],
    [/ALB Controller not installed/i, "install an AWS Load Balancer Controller, or set alb.enabled to true"],
    [/KEDA operator not installed/i, "install KEDA, or set keda.enabled to true"],
    [
        /AssumeRoleWithWebIdentity/i,
        `let the role trust the service account in the namespace ${OPERATOR_NAMESPACE}, and check the OIDC provider`,
    ],
    [
        /kueue|no endpoints available for service/i,
        "bring the webhook's own controller up (kubectl get endpoints -A), then run pulumi up again",
    ],
    [
        /ConfigurationConflict|Conflicts found/i,
        "set resolveConflictsOnCreate or resolveConflictsOnUpdate to Overwrite, or remove what is in the way",
    ],
    [
        /InsufficientNumberOfReplicas|has no node|Insufficient (cpu|memory|pods)/i,
        `give the cluster an amd64 Linux node group with at least ${OPERATOR_POD_SLOTS} free pod slots`,
    ],
    [
        /AccessDenied|not authorized|AddonPermissionFailure/i,
        "check the role named in the message and its policies",
    ],
    [
        /ImagePullBackOff|ErrImagePull/i,
        "let the nodes reach Amazon ECR; in a private cluster set privateCluster to true",
    ],
    [/ClusterUnreachable/i, "check that the cluster is ACTIVE and its API server answers"],
];

/** The first remedy that fits, or where to look. */
export function remedyFor(
    texts: string[],
    clusterName: string,
    addonName: string,
    namespace: string,
): string {
    const all = texts.join("\n");
    const known = remedies.filter(([pattern]) => pattern.test(all)).map(([, remedy]) => remedy);
    if (known.length > 0) return `${known.join("; ")}. Then run pulumi up again.`;
    return (
        `look at kubectl get pods -n ${namespace} and at aws eks describe-addon --cluster-name ${clusterName} ` +
        `--addon-name ${addonName}, then run pulumi up again.`
    );
}
