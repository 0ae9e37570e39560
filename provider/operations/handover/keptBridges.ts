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

    /** For work that does not look by itself. */
    async during(work: () => Promise<unknown>): Promise<void> {
        if (this.all.length === 0) {
            await work();
            return;
        }
        let isOver = false;
        let glancing = Promise.resolve();
        const looking = async () => {
            while (!isOver) {
                glancing = this.glance();
                await glancing;
                await this.world.clock.sleep(LOOK_MS);
            }
        };
        const working = work().finally(() => {
            isOver = true;
        });
        // Whoever waits for the work does not wait for the next look too.
        await Promise.race([Promise.all([working, looking()]), working]);
        await glancing;
    }
}
