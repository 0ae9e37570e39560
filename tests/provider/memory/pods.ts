// What a pod's object says: whether it is Ready, what it mounts. Changes nothing.
import type { KubernetesObject } from "../../../provider/ports/world";

export function isReady(pod: KubernetesObject): boolean {
    const { conditions = [] } = (pod.status ?? {}) as { conditions?: { type: string; status: string }[] };
    return (
        pod.metadata.deletionTimestamp === undefined &&
        conditions.some(({ type, status }) => type === "Ready" && status === "True")
    );
}

interface SecretVolume {
    readonly secret?: { readonly secretName: string; readonly optional?: boolean };
}

export function mountedSecrets(pod: KubernetesObject): string[] {
    return secretsOf(pod).map(({ secretName }) => secretName);
}

/** Those without which it does not start. */
export function neededSecrets(pod: KubernetesObject): string[] {
    return secretsOf(pod)
        .filter(({ optional }) => optional !== true)
        .map(({ secretName }) => secretName);
}

function secretsOf({ spec }: KubernetesObject): NonNullable<SecretVolume["secret"]>[] {
    const { volumes = [] } = (spec ?? {}) as { volumes?: readonly SecretVolume[] };
    return volumes.flatMap(({ secret }) => secret ?? []);
}
