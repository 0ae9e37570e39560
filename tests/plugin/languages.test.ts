// A program of each language on the real engine, with an SDK that the CLI made, over a cluster in memory: each shows the plan, moves, is interrupted there and back, goes on, and ends where it began.
import type { Sandbox } from "../../sandbox/sandbox";
import { AttachedPlugin } from "./attachedPlugin";
import { movesAndGoesBack } from "./moveAndBack";
import { type Language, Programs } from "./programs";

/** YAML's story is that of engine.test.ts. */
const LANGUAGES: readonly Language[] = ["python", "go", "nodejs"];

describe("a program of each language, over a cluster in memory", function () {
    this.timeout(300_000);
    let plugin: AttachedPlugin;
    let programs: Programs;

    before(async () => {
        plugin = await AttachedPlugin.start();
        const env = { ...plugin.env, PATH: process.env.PATH ?? "" };
        programs = await Programs.of({ env, clusterName: "demo" } as unknown as Sandbox);
    });
    after(() => {
        plugin?.end();
        programs?.remove();
    });

    for (const language of LANGUAGES)
        it(`${language}: the plan, ^C, the rest, nothing to say, a refresh, ^C in the undo, and no trace`, async () => {
            await movesAndGoesBack(plugin, programs, language);
        });
});
