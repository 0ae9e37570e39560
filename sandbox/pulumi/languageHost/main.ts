// Pulumi's language host for Node programs as a process: the engine's address comes in as argument, the port goes out as first line.
import { serve } from "./server";

async function main(): Promise<void> {
    const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
    const host = await serve(engineAddress ?? "");
    process.stdout.write(`${host.port}\n`);
    const end = () => {
        host.stop();
        process.exit(0);
    };
    process.on("SIGINT", end);
    process.on("SIGTERM", end);
    // The CLI holds the other end: when it is gone, however it went, nobody will ask any more.
    process.stdin.on("end", end).on("error", end).resume();
}

main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
});
