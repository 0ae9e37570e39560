// A provider of plain objects comes in; a plugin process goes out: prints its port, serves until it is told to end or its parent is gone.
import { serve } from "./server";
import type { PackageName, StandIn } from "./standIn";

export function runPlugin(provider: StandIn, of: PackageName): void {
    const parent = process.ppid;
    start(provider, of, parent).catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        process.exit(1);
    });
}

async function start(provider: StandIn, of: PackageName, parent: number): Promise<void> {
    const { port, server } = await serve(provider, of);
    process.stdout.write(`${port}\n`);
    const end = () => {
        server.forceShutdown();
        process.exit(0);
    };
    process.once("SIGINT", end);
    process.once("SIGTERM", end);
    setInterval(() => {
        if (process.ppid !== parent) end();
    }, 1_000).unref();
}
