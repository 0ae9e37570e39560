// The built package comes in; how long Node takes to load its provider goes out, the best of a few, in a process of its own.
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const PROVIDER = resolve(__dirname, "../../dist/provider/dynamicProvider.js");
const TRIES = 5;
/** The provider process has loaded the SDK before it loads ours. */
const PROGRAM = `
require("@pulumi/pulumi");
const started = performance.now();
require(${JSON.stringify(PROVIDER)});
console.log(performance.now() - started);
process.exit();
`;

export async function measureLoad(): Promise<number> {
    let best = Number.POSITIVE_INFINITY;
    for (let count = 0; count < TRIES; count++) {
        const { stdout } = await promisify(execFile)(process.execPath, ["-e", PROGRAM], {
            cwd: resolve(__dirname, "../.."),
            timeout: 60_000,
        });
        best = Math.min(best, Number(stdout.trim()));
    }
    return best;
}
