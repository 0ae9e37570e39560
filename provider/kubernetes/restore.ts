// Brings objects back to a remembered form: used by every undo. Compares first and writes only what differs.
import type { KubernetesObject, World } from "../ports/world";
import { contentOf, sameContent } from "./objectContent";
import { isTerminating } from "./terminating";

/** Makes an object that was read just now equal to the remembered one; one that is being deleted goes all the same. Answers whether anything was written. */
export async function restoreOver(
    world: World,
    remembered: KubernetesObject,
    live: KubernetesObject | undefined,
    /** What it is made equal to, by the form that it has at the moment of the write. */
    form: (live: KubernetesObject) => KubernetesObject = () => remembered,
): Promise<boolean> {
    const content = contentOf(remembered);
    const wanted = (now: KubernetesObject) => withItsFinalizers(withItsAddress(form(now), now), now);
    if (live !== undefined && sameContent(live, wanted(live))) return false;
    if (live === undefined) {
        // An owner may have a new UID by now; a dangling one would have the object collected at once.
        const { ownerReferences: _, ...metadata } = content.metadata;
        await world.objects.replace(unbound({ ...content, metadata }));
        return true;
    }
    const body = (now: KubernetesObject): KubernetesObject => ({
        ...contentOf(wanted(now)),
        ...("status" in now ? { status: now.status } : {}),
    });
    await world.objects.replace(body(live), body);
    return true;
}

/** One that is being deleted is held until all that is in it is gone: a CRD for its resources, by a finalizer that nobody's name stands for. */
function withItsFinalizers(object: KubernetesObject, live: KubernetesObject): KubernetesObject {
    if (!isTerminating(live)) return object;
    const { finalizers: _, ...metadata } = object.metadata;
    const { finalizers } = live.metadata;
    return { ...object, metadata: { ...metadata, ...(finalizers === undefined ? {} : { finalizers }) } };
}

const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";

interface VolumeShape {
    readonly spec?: { readonly claimRef?: Readonly<Record<string, unknown>> };
}

/** A volume and a claim that are made again belong together by name; by their former UIDs Kubernetes would call the claim lost. */
function unbound(object: KubernetesObject): KubernetesObject {
    const { annotations } = object.metadata;
    const { claimRef } = (object as VolumeShape).spec ?? {};
    if (object.kind === "PersistentVolumeClaim" && annotations !== undefined) {
        const { [BIND_COMPLETED]: _, ...others } = annotations;
        return { ...object, metadata: { ...object.metadata, annotations: others } };
    }
    if (object.kind !== "PersistentVolume" || claimRef === undefined) return object;
    const { uid: _, resourceVersion: __, ...named } = claimRef;
    return { ...object, spec: { ...(object.spec as object), claimRef: named } };
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
