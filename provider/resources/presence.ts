// Dependencies that the user says are there come in; those that the cluster knows nothing of go out. Reads only.
import type { CheckFailure } from "./dynamicResults";
import type { KubernetesReader } from "./kubernetesReader";

/** By which object each dependency shows that it is there, whoever installed it. */
const signs: Record<string, { object: string; path: string }> = {
    s3Csi: { object: "CSIDriver s3.csi.aws.com", path: "/apis/storage.k8s.io/v1/csidrivers/s3.csi.aws.com" },
    fsxCsi: {
        object: "CSIDriver fsx.csi.aws.com",
        path: "/apis/storage.k8s.io/v1/csidrivers/fsx.csi.aws.com",
    },
    certManager: {
        object: "CustomResourceDefinition certificates.cert-manager.io",
        path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/certificates.cert-manager.io",
    },
    metricsServer: {
        object: "APIService v1beta1.metrics.k8s.io",
        path: "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io",
    },
};

export async function findAbsent(read: KubernetesReader, dependencies: string[]): Promise<CheckFailure[]> {
    const looks = dependencies.map(async (key): Promise<CheckFailure[]> => {
        const sign = signs[key];
        if (!sign) throw new Error(`nothing is known by which ${key} could be found`);
        const property = `${key}.mode`;
        try {
            if (await read(sign.path)) return [];
        } catch (error) {
            const why = error instanceof Error ? error.message : String(error);
            return [
                {
                    property,
                    reason: `is Present, which cannot be checked (${why}). Set it to Skip to go on unchecked.`,
                },
            ];
        }
        return [
            {
                property,
                reason: `is Present, but the cluster has no ${sign.object}. Install it, or set the mode to Install.`,
            },
        ];
    });
    return (await Promise.all(looks)).flat();
}
