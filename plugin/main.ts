// The package's second door for Pulumi: the process that the engine starts as `pulumi-resource-hyperpod-inference`. Its last argument is the engine's address, its first line of output its port.
import "../provider/process/smallHeap";
import * as pulumi from "@pulumi/pulumi";
import { connect } from "../provider/connection/connect";
import { ignoreClosedPipes } from "../provider/process/closedPipes";
import { engineLog } from "../provider/process/engineLog";
import { thisProcess } from "../provider/process/holder";
import { watchForStop } from "../provider/process/stopSignals";
import { systemClock } from "../provider/process/systemClock";
import { callsAtWork } from "../provider/pulumi/guardMethods";
import { liveInPlugin } from "../provider/pulumi/packageHome";
import { kindsOf } from "./customResources";
import { engineModules } from "./engine";
import { layOver } from "./overrideHandlers";
import { handlers } from "./providerService";
import schema from "./schema.json";
import { answerWithoutLog, strayListeners } from "./strayErrors";

async function main(args: string[]): Promise<void> {
    let engineAddress = args.find((argument) => /:\d+$/.test(argument));
    let provider: pulumi.ProviderResource | undefined;
    ignoreClosedPipes();
    const stop = watchForStop(
        () => engineAddress,
        () => {
            if (callsAtWork() === 0) process.exit();
        },
    );
    liveInPlugin(() => provider);
    layOver(
        handlers({
            version: schema.version,
            schema: JSON.stringify(schema),
            kinds: kindsOf({ connect, clock: systemClock, holder: thisProcess(), stop }),
            clock: systemClock,
            logs: engineLog(() => engineAddress, engineModules),
            foundEngine: (address) => {
                engineAddress = address;
            },
            isProvider: (urn, id) => {
                provider = new DependencyProvider(`${urn}::${id}`);
            },
            cancelled: () => stop.stop("interrupted"),
        }),
    );
    const before = strayListeners();
    await pulumi.provider.main({ version: schema.version, construct: constructLate }, args);
    answerWithoutLog(before);
}

/** The SDK exports the class, and keeps it out of its typings. */
const { DependencyProviderResource: DependencyProvider } = pulumi as unknown as {
    DependencyProviderResource: new (reference: string) => pulumi.ProviderResource;
};

/** Pulumi's AWS package takes seconds to load: a process that only moves needs it not. */
const constructLate: NonNullable<pulumi.provider.Provider["construct"]> = async (...call) => {
    const { construct } = require("./construct") as typeof import("./construct");
    return construct(...call);
};

main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
});
