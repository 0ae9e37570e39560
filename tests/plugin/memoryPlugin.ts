// A process of the plugin over a cluster in memory, which the engine attaches to: one cluster for all commands of a stack, as a real one has. Told by its parent what shall go wrong; tells how the cluster differs from its start.
import * as pulumi from "@pulumi/pulumi";
import { construct } from "../../plugin/construct";
import { kindsOf } from "../../plugin/customResources";
import { engineModules } from "../../plugin/engine";
import { layOver } from "../../plugin/overrideHandlers";
import { handlers } from "../../plugin/providerService";
import schema from "../../plugin/schema.json";
import { engineLog } from "../../provider/process/engineLog";
import { liveInPlugin } from "../../provider/pulumi/packageHome";
import { assertHarmless, assertSame, startOf, stateOf } from "../provider/memory/expectations";
import type { Injection } from "../provider/memory/mover";
import { isIssued } from "../provider/memory/sameButIssued";
import { MemoryStack } from "../provider/memoryStack";

/** From the parent. */
export interface Order {
    /** Tells the parent before this write of the next command, and goes on when the user's interrupt has come. */
    readonly interruptAt?: number;
    readonly fault?: Injection;
    readonly compare?: true;
}
/** To the parent. */
export interface Told {
    readonly at?: "write";
    /** Empty when the cluster is as it was. */
    readonly differences?: string;
}

const { world, state } = startOf({}, (made) => {
    for (const secret of made.store.all("Secret"))
        if (secret.type !== "helm.sh/release.v1")
            made.store.merge(
                { ...secret, ...secret.metadata, namespace: secret.metadata.namespace ?? "" },
                { data: { planted: process.env.PLANTED_IN_SECRET ?? "" } },
                { manager: "tenant", operation: "Update" },
            );
});
const stack = new MemoryStack(world);
let order: Order = {};
let address: string | undefined;
let provider: pulumi.ProviderResource | undefined;
let host = stack.host();
let kinds = kindsOf(host);
const tell = (told: Told) => process.send?.(told);

process.on("message", (given: Order) => {
    if (given.compare !== true) order = given;
    else tell({ differences: differences() });
});
process.on("disconnect", () => process.exit());

function differences(): string {
    try {
        assertHarmless(world);
        assertSame(stateOf(world), state, "the cluster", isIssued);
        return "";
    } catch (error) {
        return (error as Error).message;
    }
}

/** One process after the other, as one command after the other. */
function nextCommand(): void {
    host.mover.kill();
    host = stack.host(order.fault);
    const { mover } = host;
    const { interruptAt } = order;
    if (interruptAt !== undefined) {
        const interrupted = new Promise<void>((resolve) => {
            onCancel = resolve;
        });
        mover.onWrite = (number) => {
            if (number !== interruptAt) return;
            tell({ at: "write" });
            mover.roundTrip = () => interrupted;
        };
    }
    order = {};
    kinds = kindsOf(host);
}
let onCancel: () => void = () => undefined;

/** The SDK exports the class, and keeps it out of its typings. */
const { DependencyProviderResource } = pulumi as unknown as {
    DependencyProviderResource: new (reference: string) => pulumi.ProviderResource;
};
liveInPlugin(() => provider);
layOver(
    handlers({
        version: schema.version,
        schema: JSON.stringify(schema),
        get kinds() {
            return kinds;
        },
        clock: { monotonic: () => host.clock.monotonic() },
        logs: engineLog(() => address, engineModules),
        foundEngine: (found) => {
            address = found;
        },
        // Whoever only reads the schema configures nothing.
        isProvider: (urn, id) => {
            nextCommand();
            provider = new DependencyProviderResource(`${urn}::${id}`);
        },
        cancelled: () => {
            host.mover.stopReason = "interrupted";
            onCancel();
        },
    }),
);
void pulumi.provider.main({ version: schema.version, construct }, process.argv.slice(2));
