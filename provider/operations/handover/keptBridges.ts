// Bridges that requests go over come in; as long as somebody waits, they are kept on Helm's pods, and what these present stays trusted. Made for a wait that looks again and again.
import type { BridgedComponent } from "../../plan/bridged";
import { bridgedOf } from "../../plan/bridged";
import type { Plan } from "../../plan/plan";
import type { World } from "../../ports/world";
import type { Backup } from "../backup/backup";
import { followBridge } from "./bridge";
import { type NamesMemory, namesIn, trustIssued } from "./certificateNames";

/** Pods move within seconds; each look costs a few reads. */
const LOOK_MS = 500;

export interface KeptBridge {
    readonly component: BridgedComponent;
    /** What its pods presented before the move, and who trusted it. */
    readonly names: NamesMemory;
}

export class KeptBridges {
    #lookedAt = Number.NEGATIVE_INFINITY;

    constructor(
        readonly world: World,
        readonly migrationId: string,
        readonly all: readonly KeptBridge[],
        /** Runs at every look at one of them. */
        readonly alsoLook: (component: BridgedComponent) => Promise<unknown> = async () => undefined,
    ) {}

    async glance(): Promise<void> {
        const { clock } = this.world;
        if (this.all.length === 0 || clock.monotonic() - this.#lookedAt < LOOK_MS) return;
        this.#lookedAt = clock.monotonic();
        await Promise.all(
            this.all.map(async ({ component, names }) => {
                await followBridge(this.world, this.migrationId, component.bridge);
                await trustIssued(this.world, names);
                await this.alsoLook(component);
            }),
        );
    }
}

/** Those of the plan that Helm's pods still serve, by what the journal says of who leads. */
export function stillBridged(plan: Plan, handedOver: readonly string[] = []): readonly BridgedComponent[] {
    return bridgedOf(plan).filter(({ component }) => !handedOver.includes(component));
}

export function keptBridgesOf(
    components: readonly BridgedComponent[],
    { objects }: Backup,
): readonly KeptBridge[] {
    return components.map((component) => ({ component, names: namesIn(objects, component.bridge) }));
}
