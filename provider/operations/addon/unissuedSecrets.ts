// Secrets that pods do not start without come in; those that are missing, and that nobody is at work to issue, go out, for people. Writes nothing.
import { keyOf } from "../../kubernetes/objectRef";
import { readMetadata } from "../../kubernetes/readMetadata";
import type { KubernetesObject, World } from "../../ports/world";

const ISSUED = { apiVersion: "cert-manager.io/v1", kind: "Certificate" } as const;

interface Certificate extends KubernetesObject {
    readonly spec?: { readonly secretName?: string };
    readonly status?: { readonly conditions?: readonly unknown[] };
}

/** cert-manager gives a Certificate a status as soon as it sees it: one without has nobody. */
export async function unissuedSecrets(
    world: World,
    namespace: string,
    names: readonly string[],
): Promise<readonly string[]> {
    if (names.length === 0) return [];
    const refs = [...new Set(names)].map((name) => ({ apiVersion: "v1", kind: "Secret", namespace, name }));
    const live = await readMetadata(world, refs);
    const missing = new Set(refs.filter((ref) => !live.has(keyOf(ref))).map(({ name }) => name));
    if (missing.size === 0 || !(await world.objects.serves(ISSUED.apiVersion, ISSUED.kind))) return [];
    const certificates: readonly Certificate[] = await world.objects.list(ISSUED.apiVersion, ISSUED.kind, {
        namespace,
    });
    return certificates
        .filter(({ spec, status }) => missing.has(spec?.secretName ?? "") && status?.conditions === undefined)
        .map(
            ({ metadata, spec }) =>
                `nobody issues Certificate ${namespace}/${metadata.name}, and pods wait for its Secret ${spec?.secretName}: is cert-manager gone?`,
        );
}
