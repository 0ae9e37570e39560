// Brings objects back to a remembered form: used by every undo. Compares first and writes only what differs.
import type { KubernetesObject, World } from "../ports/world";
import { contentOf, sameContent } from "./objectContent";

/** Makes an object that was read just now equal to the remembered one. Answers whether anything was written. */
export async function restoreOver(
    world: World,
    remembered: KubernetesObject,
    live: KubernetesObject | undefined,
    /** What it is made equal to, by the form that it has at the moment of the write. */
    form: (live: KubernetesObject) => KubernetesObject = () => remembered,
): Promise<boolean> {
    const content = contentOf(remembered);
    const wanted = (now: KubernetesObject) => withItsAddress(form(now), now);
    if (live !== undefined && sameContent(live, wanted(live))) return false;
    if (live === undefined) {
        // An owner may have a new UID by now; a dangling one would have the object collected at once.
        const { ownerReferences: _, ...metadata } = content.metadata;
        await world.objects.replace({ ...content, metadata });
        return true;
    }
    const body = (now: KubernetesObject): KubernetesObject => ({
        ...contentOf(wanted(now)),
        ...("status" in now ? { status: now.status } : {}),
    });
    await world.objects.replace(body(live), body);
    return true;
}

interface ServiceShape {
    readonly spec?: { readonly clusterIP?: string; readonly clusterIPs?: readonly string[] };
}

/** The API server changes no Service's address: one that somebody made again keeps its own. */
function withItsAddress(object: KubernetesObject, live: KubernetesObject): KubernetesObject {
    if (object.kind !== "Service") return object;
    const { clusterIP, clusterIPs } = (live as ServiceShape).spec ?? {};
    if (!clusterIP || (object as ServiceShape).spec?.clusterIP === undefined) return object;
    const address = { clusterIP, ...(clusterIPs === undefined ? {} : { clusterIPs }) };
    return { ...object, spec: { ...(object.spec as object), ...address } };
}
