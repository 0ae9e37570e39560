// How long the steps wait for EKS. Data only.

export interface StepTimeouts {
    readonly installMs: number;
    readonly removeMs: number;
}
