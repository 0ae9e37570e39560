// In: `up [--content none|bare|demo]`. Out: a sandbox that runs until Ctrl-C, and the lines to paste into a shell. Tests nothing.
import { type Sandbox, startSandbox } from "./sandbox";

const contents = ["none", "bare", "demo"] as const;
type Content = (typeof contents)[number];

const usage = `Usage: npx ts-node sandbox/cli.ts up [--content ${contents.join("|")}]`;
const progress = (line: string): void => console.error(line);

function parseContent(args: string[]): Content {
    const [command, flag, value = "none"] = args;
    const content = contents.find((name) => name === value);
    const isKnown = command === "up" && args.length <= 3 && (flag === undefined || flag === "--content");
    if (!isKnown || content === undefined || args.length === 2) throw new Error(usage);
    return content;
}

async function fill(sandbox: Sandbox, content: Content): Promise<void> {
    if (content === "none") return;
    progress(`creating content: ${content} ...`);
    const { createBareCluster, demoContent } = await import("./content/index.js");
    await (content === "bare" ? createBareCluster(sandbox) : demoContent(sandbox));
}

function exportLine(sandbox: Sandbox): string {
    const { PATH: _path, ...others } = sandbox.env;
    const assignments = Object.entries(others).map(([name, value]) => `${name}='${value}'`);
    return ["export", ...assignments, `PATH='${sandbox.tools.binDirectory}':"$PATH"`].join(" ");
}

/** The first Ctrl-C counts; a terminal and npx often send more of them. Also ends when npx itself was killed. */
function untilInterrupted(): Promise<void> {
    const parent = process.ppid;
    return new Promise((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
        setInterval(() => process.ppid !== parent && resolve(), 1000).unref();
    });
}

async function main(): Promise<void> {
    const content = parseContent(process.argv.slice(2));
    const interrupted = untilInterrupted();
    const started = Date.now();
    const sandbox = await startSandbox({ progress });
    try {
        await Promise.race([fill(sandbox, content), interrupted]);
        progress(
            `ready after ${((Date.now() - started) / 1000).toFixed(1)} s. Paste this into another shell:\n`,
        );
        console.log(exportLine(sandbox));
        progress("\nCtrl-C stops everything.");
        await interrupted;
        progress("stopping ...");
    } finally {
        await sandbox.stop();
    }
}

main().then(
    () => process.exit(0),
    (error: Error) => {
        console.error(error.message);
        process.exit(1);
    },
);
