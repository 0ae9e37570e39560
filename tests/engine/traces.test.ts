// Holds the test engine against recorded runs of the real CLI: every command of every scenario is run again and its calls,
// events, exit code, output and state are compared. ENGINE_TRACES=01,02 runs some of them only.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Parallel } from "../../sandbox/engine/operationQueue";
import { Comparison } from "./compare";
import { Scenario } from "./scenario";
import { traceFolders } from "./trace";

const TIMEOUT_MS = 600_000;
const wanted = process.env.ENGINE_TRACES?.split(",");
const folders = traceFolders().filter((name) => !wanted || wanted.some((start) => name.startsWith(start)));

describe("the test engine does what the real engine does", function () {
    this.timeout(TIMEOUT_MS);
    const results = new Map<string, Promise<Error | undefined>>();

    before(() => {
        const processors = new Parallel(os.availableParallelism());
        for (const folder of folders) {
            results.set(
                folder,
                processors.run(() => runScenario(folder)),
            );
        }
    });

    for (const folder of folders) {
        it(folder, async () => {
            const started = results.get(folder) ?? runScenario(folder);
            // When the test is tried again, the scenario runs again, with the machine to itself.
            results.delete(folder);
            const error = await started;
            if (error) {
                throw error;
            }
        });
    }
});

/** A failure is handed back instead of thrown, so that it waits for its own test. */
async function runScenario(folder: string): Promise<Error | undefined> {
    const work = realpathSync(mkdtempSync(path.join(os.tmpdir(), "engine-traces-")));
    let where = "stack init";
    try {
        const scenario = new Scenario(folder, work);
        const comparison = new Comparison();
        await scenario.begin();
        for (const [index, step] of scenario.trace.steps.entries()) {
            where = `step ${index + 1} (${JSON.stringify(step.env ?? {})} ${step.command})`;
            comparison.step(step, await scenario.run(step));
        }
        return undefined;
    } catch (error) {
        return new Error(`${where}: ${(error as Error).message}`);
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
}
