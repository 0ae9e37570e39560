// The built package comes in; how long Node takes to load its provider goes out, the best of a few, each in a process of its own, and what the Pulumi SDK alone takes of memory.
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const PROVIDER = resolve(__dirname, "../../dist/provider/pulumi/dynamicProvider.js");
const TRIES = 5;
/** The provider process has loaded the SDK before it loads ours. */
const PROGRAM = `
require("@pulumi/pulumi");
const sdkMb = process.memoryUsage.rss() / 2 ** 20;
const started = performance.now();
require(${JSON.stringify(PROVIDER)});
console.log(JSON.stringify({ ms: performance.now() - started, sdkMb }));
process.exit();
`;

export interface MeasuredLoad {
    readonly ms: number;
    /** Resident memory of a process that has loaded the SDK and nothing of ours. */
    readonly sdkMb: number;
}

export async function measureLoad(): Promise<MeasuredLoad> {
    let best: MeasuredLoad = { ms: Number.POSITIVE_INFINITY, sdkMb: 0 };
    for (let count = 0; count < TRIES; count++) {
        const { stdout } = await promisify(execFile)(process.execPath, ["-e", PROGRAM], {
            cwd: resolve(__dirname, "../.."),
            timeout: 60_000,
        });
        const measured = JSON.parse(stdout) as MeasuredLoad;
        if (measured.ms < best.ms) best = measured;
    }
    return best;
}
