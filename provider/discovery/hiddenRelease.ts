// Looks for an installation whose release records cannot be found where Helm keeps them by default. Writes nothing.
import {
    HELM,
    MANAGED_BY,
    RECORD_LABEL,
    RECORD_LABEL_VALUE,
    RELEASE_NAME,
    RELEASE_NAMESPACE,
    recordsSelector,
} from "../kubernetes/helmMarks";
import { refTo } from "../kubernetes/objectRef";
import type { ObjectRef, World } from "../ports/world";
import { recognise } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";

/** A release that only its marks on the operator tell of. */
export interface HiddenRelease {
    readonly name: string;
    readonly namespace: string;
    /** The Deployment that carries the marks. */
    readonly workload: ObjectRef;
    /** Whether its records are ConfigMaps (HELM_DRIVER=configmap); otherwise no object holds them. */
    readonly inConfigMaps: boolean;
}

/** Only asked when no record was found. */
export async function findHiddenRelease(
    { objects }: World,
    { controllers }: Profile,
): Promise<HiddenRelease | undefined> {
    const deployments = await objects.list("apps/v1", "Deployment", {
        labelSelector: `${MANAGED_BY}=${HELM}`,
    });
    const operator = deployments.find(
        (deployment) =>
            deployment.metadata.annotations?.[RELEASE_NAME] !== undefined &&
            recognise(controllers, deployment)?.signs.component === "operator",
    );
    if (operator === undefined) return undefined;
    const { [RELEASE_NAME]: name = "", [RELEASE_NAMESPACE]: namespace = "" } =
        operator.metadata.annotations ?? {};
    const records = await objects.list("v1", "ConfigMap", {
        namespace,
        labelSelector: `${RECORD_LABEL}=${RECORD_LABEL_VALUE},${recordsSelector(name)}`,
        metadataOnly: true,
    });
    // Lists may lack the kind that was asked for.
    const workload = { ...refTo(operator), apiVersion: "apps/v1", kind: "Deployment" };
    return { name, namespace, workload, inConfigMaps: records.length > 0 };
}
