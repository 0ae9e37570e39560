// Names that AWS gave the add-on and what belongs to it: each stands here once.

export const OPERATOR_ADDON = "amazon-sagemaker-hyperpod-inference";

/** Namespace of the operator and its controllers under the add-on. */
export const OPERATOR_NAMESPACE = "hyperpod-inference-system";

/** Name prefix that IAM's managed policy and the add-on demand of the execution role. */
export const EXECUTION_ROLE_PREFIX = "SageMakerHyperPodInference";

/** The operator's managed policy reaches what carries this tag; AWS's own templates put it on the add-on and the TLS bucket too. */
export const OPERATOR_TAG = { key: "CreatedBy", value: "HyperPodInference" } as const;

/** Pods that the operator's manifest runs at once, on nodes that it can run on. */
export const OPERATOR_POD_SLOTS = 13;

/** The load balancer controller puts the cluster's name there. */
export const LOAD_BALANCER_CLUSTER_TAG = "elbv2.k8s.aws/cluster";
