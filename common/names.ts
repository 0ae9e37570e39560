// Names that AWS gave the add-on and what belongs to it: each stands here once.

export const OPERATOR_ADDON = "amazon-sagemaker-hyperpod-inference";

/** Namespace of the operator and its controllers under the add-on. */
export const OPERATOR_NAMESPACE = "hyperpod-inference-system";

/** Name prefix that IAM's managed policy and the add-on demand of the execution role. */
export const EXECUTION_ROLE_PREFIX = "SageMakerHyperPodInference";

/** Buckets whose names start so are reached by the operator's managed policy. */
export const TLS_BUCKET_PREFIX = "hyperpod-tls";
