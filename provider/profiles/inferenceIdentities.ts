// The IAM roles of the inference operator and its dependencies, and where Helm and the add-on keep them.
import { s3CsiPolicy } from "../../common/iam/s3CsiPolicy";
import { EXECUTION_ROLE_PREFIX, OPERATOR_NAMESPACE } from "../../common/operatorNames";
import type { ProfileIdentity } from "./profile";

const NAMESPACE = OPERATOR_NAMESPACE;

export const inferenceIdentities: readonly ProfileIdentity[] = [
    {
        key: "execution",
        title: "execution role",
        property: "executionRoleArn",
        setting: "executionRoleArn",
        serviceAccount: { namespace: NAMESPACE, name: "hyperpod-inference-controller-manager" },
        values: ["executionRoleArn"],
        carrier: { component: "operator" },
        namePrefix: EXECUTION_ROLE_PREFIX,
        required: true,
        usesBuckets: true,
    },
    {
        key: "alb",
        title: "load balancer controller's role",
        property: "albRoleArn",
        setting: "alb.serviceAccount.roleArn",
        enabledBy: "alb.enabled",
        serviceAccount: { namespace: NAMESPACE, name: "aws-load-balancer-controller" },
        values: ["alb.serviceAccount.roleArn"],
        carrier: { component: "load balancer controller" },
        required: true,
        neededUnless: "alb.serviceAccount.create",
    },
    {
        key: "keda",
        title: "KEDA's role",
        property: "kedaRoleArn",
        setting: "keda.auth.aws.irsa.roleArn",
        enabledBy: "keda.enabled",
        serviceAccount: { namespace: NAMESPACE, name: "keda-operator" },
        values: ["keda.podIdentity.aws.irsa.roleArn"],
        carrier: { component: "KEDA" },
        required: true,
        neededUnless: "keda.auth.aws.irsa.enabled",
    },
    {
        key: "gatedModel",
        title: "gated models' role",
        property: "jumpstartGatedModelDownloadRoleArn",
        setting: "jumpstartGatedModelDownloadRoleArn",
        // Assumed by the models' own accounts, which are the same under Helm and the add-on: its trust stays as it is.
        values: ["jumpstartGatedModelDownloadRoleArn"],
        required: false,
    },
];

export const s3CsiIdentity: ProfileIdentity = {
    key: "s3Csi",
    title: "S3 CSI driver's role",
    property: "s3CsiRoleArn",
    serviceAccount: { namespace: "kube-system", name: "s3-csi-driver-sa" },
    values: ["s3.serviceAccountRoleArn", "s3.serviceAccount.roleArn"],
    carrier: { workload: /^s3-csi-node$/ },
    permissions: { document: s3CsiPolicy },
    required: false,
};

export const fsxCsiIdentity: ProfileIdentity = {
    key: "fsxCsi",
    title: "FSx CSI driver's role",
    property: "fsxCsiRoleArn",
    serviceAccount: { namespace: "kube-system", name: "fsx-csi-controller-sa" },
    values: ["fsx.controller.serviceAccount.roleArn", "fsx.serviceAccount.roleArn"],
    carrier: { workload: /^fsx-csi-controller$/ },
    permissions: { managedPolicy: "AmazonFSxFullAccess" },
    required: false,
};
