// In: the addresses in use. Out: one that no pod has. An address is used again only after 65,000 others.

const firstPodIp = 10 * 2 ** 24 + 244 * 2 ** 16 + 1;
const podIps = 2 ** 16 - 2;

export class PodAddresses {
    private readonly given = new Map<string, string>();
    private next = 0;

    /** The address of a pod stays the same for its whole life, also after a restore. */
    addressOf(uid: string, current: string | undefined, inUse: ReadonlySet<string>): string {
        const known = current ?? this.given.get(uid);
        if (known !== undefined) return known;
        const taken = new Set([...inUse, ...this.given.values()]);
        for (let tries = 0; tries < podIps; tries++) {
            const address = dotted(firstPodIp + (this.next++ % podIps));
            if (taken.has(address)) continue;
            this.given.set(uid, address);
            return address;
        }
        throw new Error("all 65,534 pod addresses are in use");
    }

    forget(isGone: (uid: string) => boolean): void {
        for (const uid of this.given.keys()) if (isGone(uid)) this.given.delete(uid);
    }
}

function dotted(address: number): string {
    return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
