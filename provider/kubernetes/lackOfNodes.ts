// In: whether the scheduler has no node for pods, look by look. Out: whether none will come. Asks for an autoscaler once it lasts; writes nothing.
import type { Clock, Objects } from "../ports/world";
import { findAutoscaler } from "./autoscaler";
import { LastingRefusal } from "./lastingRefusal";

/** Nodes that are full or tainted for this long stay so: what a drain moves has found its place sooner. */
const NO_NODE_MS = 60_000;
/** Where an autoscaler makes nodes: they start, and join, within a few minutes. */
const NO_NEW_NODE_MS = 5 * 60_000;

export class LackOfNodes {
    readonly #lasting: LastingRefusal;

    constructor(readonly world: { readonly objects: Objects; readonly clock: Pick<Clock, "now"> }) {
        this.#lasting = new LastingRefusal(world.clock);
    }

    async isForGood(isLacking: boolean): Promise<boolean> {
        const lasting = this.#lasting.lastingMs(isLacking);
        if (lasting < NO_NODE_MS) return false;
        return lasting >= NO_NEW_NODE_MS || (await findAutoscaler(this.world)) === undefined;
    }
}
