// Dependencies that the user says are there come in; those that the cluster knows nothing of go out. Reads only.

import { describeBlocker } from "../../common/blocker";
import { ErrorCode, messageOf } from "../../common/errors";
import type { ObjectRef, Objects } from "../ports/world";
import type { CheckFailure } from "../pulumi/inputs";

/** By which object each dependency shows that it is there, whoever installed it. */
const signs: Record<string, ObjectRef> = {
    s3Csi: { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", name: "s3.csi.aws.com" },
    fsxCsi: { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", name: "fsx.csi.aws.com" },
    certManager: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        name: "certificates.cert-manager.io",
    },
    metricsServer: {
        apiVersion: "apiregistration.k8s.io/v1",
        kind: "APIService",
        name: "v1beta1.metrics.k8s.io",
    },
};

export async function findAbsent(
    objects: Pick<Objects, "read">,
    dependencies: readonly string[],
): Promise<CheckFailure[]> {
    const looks = dependencies.map(async (key): Promise<CheckFailure[]> => {
        const sign = signs[key];
        if (!sign) throw new Error(`nothing is known by which ${key} could be found`);
        const refused = (what: string, remedy: string) => [
            {
                property: `${key}.mode`,
                reason: describeBlocker({ code: ErrorCode.DependencyMissing, what, remedy }),
            },
        ];
        try {
            if (await objects.read(sign)) return [];
        } catch (error) {
            return refused(
                `is Present, which cannot be checked (${messageOf(error)})`,
                "set it to Skip to go on unchecked",
            );
        }
        return refused(
            `is Present, but the cluster has no ${sign.kind} ${sign.name}`,
            "install it, or set the mode to Install",
        );
    });
    return (await Promise.all(looks)).flat();
}
