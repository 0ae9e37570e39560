// Ways whose requests go over a bridge come in; as long as somebody waits, they are kept on Helm's pods, and what these present stays trusted. Made for a wait that looks again and again.
import type { World } from "../../ports/world";
import type { Way } from "./wayInterface";

/** Pods move within seconds; each look costs a few reads. */
const LOOK_MS = 500;

export class KeptBridges {
    #lookedAt = Number.NEGATIVE_INFINITY;

    constructor(
        readonly world: World,
        readonly all: readonly Way[],
        /** Runs at every look at one of them. */
        readonly alsoLook: (way: Way) => Promise<unknown> = async () => undefined,
    ) {}

    async glance(): Promise<void> {
        const { clock } = this.world;
        if (this.all.length === 0 || clock.monotonic() - this.#lookedAt < LOOK_MS) return;
        this.#lookedAt = clock.monotonic();
        // One after the other: each may journal what it finds.
        for (const way of this.all) {
            await way.keepUp();
            await this.alsoLook(way);
        }
    }
}
