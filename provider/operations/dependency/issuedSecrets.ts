// Fingerprints of the Secrets that a controller has issued, taken before and compared after it is swapped: none may be lost or issued anew.
import { createHash } from "node:crypto";
import { mapConcurrently } from "../../../common/mapConcurrently";
import type { World } from "../../ports/world";

export type Fingerprints = Readonly<Record<string, string>>;

/** By namespace/name; objects of the kind name their Secret in `spec.secretName`. */
export async function fingerprintSecrets(
    world: World,
    issued: { readonly apiVersion: string; readonly kind: string } | undefined,
): Promise<Fingerprints> {
    if (issued === undefined || !(await world.objects.serves(issued.apiVersion, issued.kind))) return {};
    const certificates = await world.objects.list(issued.apiVersion, issued.kind);
    const found = await mapConcurrently(certificates, async ({ metadata, spec }) => {
        const { namespace } = metadata;
        const name = (spec as { secretName?: string } | undefined)?.secretName ?? "";
        const secret = await world.objects.read({
            apiVersion: "v1",
            kind: "Secret",
            name,
            ...(namespace ? { namespace } : {}),
        });
        const hash =
            secret &&
            createHash("sha256")
                .update(JSON.stringify(Object.entries((secret.data ?? {}) as object).sort()))
                .digest("hex");
        return [`${namespace}/${name}`, hash] as const;
    });
    return Object.fromEntries(found.flatMap(([name, hash]) => (hash === undefined ? [] : [[name, hash]])));
}

/** Names of the Secrets that are not what they were. */
export async function changedSecrets(
    world: World,
    issued: { readonly apiVersion: string; readonly kind: string } | undefined,
    before: Fingerprints,
): Promise<string[]> {
    const now = await fingerprintSecrets(world, issued);
    return Object.keys(before)
        .filter((name) => name in now && now[name] !== before[name])
        .sort();
}
