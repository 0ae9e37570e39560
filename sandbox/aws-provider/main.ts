// The stand-in aws plugin as a process: prints its port, serves until it is told to end or its parent is gone.
import { AwsProvider } from "./awsProvider";
import { serve } from "./server";

const parent = process.ppid;

async function main(): Promise<void> {
    const { port, server } = await serve(new AwsProvider());
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

main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
});
