// In: what Secrets are, and when they changed. Out: what running pods see of them, as late as kubelets and servers are. Reads no cluster.
import type { Secret } from "./objectTypes";

interface Version {
    readonly secret: Secret;
    readonly visibleAt: number;
}

export class LateSecrets {
    /** Oldest first, by pod and Secret; the first was there when the pod first looked. */
    private readonly versions = new Map<string, Version[]>();
    /** From a Secret's change until a pod that runs presents it: kubelet and reload together. */
    delayMs = 0;

    constructor(private readonly now: () => number) {}

    /** Every look also remembers what is there now: to be called at every change, and at every question. */
    seenBy(podUid: string, secret: Secret): Secret {
        const key = `${podUid} ${secret.metadata.namespace}/${secret.metadata.name}`;
        const now = this.now();
        const known = this.versions.get(key);
        if (known === undefined) {
            this.versions.set(key, [{ secret, visibleAt: now }]);
            return secret;
        }
        if (known.at(-1)?.secret.metadata.resourceVersion !== secret.metadata.resourceVersion)
            known.push({ secret, visibleAt: now + this.delayMs });
        while (known.length > 1 && (known[1]?.visibleAt ?? Number.POSITIVE_INFINITY) <= now) known.shift();
        return known[0]?.secret ?? secret;
    }

    /** Pods that are gone see nothing. */
    keepOnly(podUids: ReadonlySet<string>): void {
        for (const key of this.versions.keys())
            if (!podUids.has(key.slice(0, key.indexOf(" ")))) this.versions.delete(key);
    }
}
