// The permissions of the KEDA operator. Pure.
import { policyOf } from "./policyOf";

/** What the KEDA operator reads to scale models. */
export function kedaPolicy(): object {
    return policyOf({
        Effect: "Allow",
        Action: [
            "cloudwatch:GetMetricData",
            "cloudwatch:GetMetricStatistics",
            "cloudwatch:ListMetrics",
            "aps:QueryMetrics",
            "aps:GetLabels",
            "aps:GetSeries",
            "aps:GetMetricMetadata",
        ],
        Resource: "*",
    });
}
