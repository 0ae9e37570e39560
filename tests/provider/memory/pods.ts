// What a pod's object says: whether it is Ready, what it mounts. Changes nothing.
import type { KubernetesObject } from "../../../provider/ports/world";

export function isReady(pod: KubernetesObject): boolean {
    const { conditions = [] } = (pod.status ?? {}) as { conditions?: { type: string; status: string }[] };
    return (
        pod.metadata.deletionTimestamp === undefined &&
        conditions.some(({ type, status }) => type === "Ready" && status === "True")
    );
}

export function mountedSecrets(pod: KubernetesObject): string[] {
    const { volumes = [] } = (pod.spec ?? {}) as { volumes?: { secret?: { secretName: string } }[] };
    return volumes.flatMap(({ secret }) => (secret ? [secret.secretName] : []));
}
