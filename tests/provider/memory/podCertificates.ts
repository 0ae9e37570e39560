// Which certificate a running pod presents: that of the Secret it mounts, as long ago as the kubelet and the pod's server need to notice a change.
import type { KubernetesObject } from "../../../provider/ports/world";
import type { Data } from "./data";
import { mountedSecrets } from "./pods";
import type { Store } from "./store";

export class PodCertificates {
    constructor(
        readonly store: Store,
        readonly data: () => Data,
        readonly wakeAt: (time: number) => void,
    ) {}

    /** Brings pods to what they see by now. */
    pass(): void {
        const { behaviour, mounted } = this.data();
        if (behaviour.secretDelayMs + behaviour.reloadMs === 0) return;
        const pods = this.store.all("Pod");
        const living = new Set(pods.map(({ metadata }) => metadata.uid));
        for (const uid of mounted.keys()) if (!living.has(uid)) mounted.delete(uid);
        for (const pod of pods) this.#look(pod);
    }

    #look(pod: KubernetesObject): void {
        const { behaviour, mounted, now } = this.data();
        const uid = pod.metadata.uid ?? "";
        const live = mountedSecret(this.store, pod);
        if (live === undefined) return;
        const known = mounted.get(uid);
        const version = live.metadata.resourceVersion ?? "";
        if (known === undefined) mounted.set(uid, { secret: live });
        else if (known.secret.metadata.resourceVersion === version) mounted.set(uid, { secret: live });
        else if (known.nextAt === undefined) {
            const nextAt = now + behaviour.secretDelayMs + behaviour.reloadMs;
            mounted.set(uid, { ...known, nextAt });
            this.wakeAt(nextAt);
        } else if (now >= known.nextAt) mounted.set(uid, { secret: live });
    }
}

/** The Secret as the pod sees it. */
export function presentedBy(store: Store, pod: KubernetesObject): KubernetesObject | undefined {
    return store.data().mounted.get(pod.metadata.uid ?? "")?.secret ?? mountedSecret(store, pod);
}

function mountedSecret(store: Store, pod: KubernetesObject): KubernetesObject | undefined {
    const [name] = mountedSecrets(pod);
    const { namespace = "" } = pod.metadata;
    return name === undefined ? undefined : store.raw({ apiVersion: "v1", kind: "Secret", namespace, name });
}
