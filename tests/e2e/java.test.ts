// The example in Java on the real engine, with an SDK that Pulumi's own host for Java made, compiled here. Skipped where there is no JDK or no Maven.
import type { Sandbox } from "../../sandbox/sandbox";
import { AttachedPlugin } from "../plugin/attachedPlugin";
import { missingForJava } from "../plugin/java";
import { movesAndGoesBack } from "../plugin/moveAndBack";
import { Programs } from "../plugin/programs";

const test = missingForJava.length === 0 ? it : it.skip;
const why = missingForJava.length === 0 ? "" : `, skipped: ${missingForJava.join(" and ")} not found`;

describe(`programs in Java${why}`, function () {
    // The first time Maven fetches libraries, and the host is built.
    this.timeout(900_000);
    let plugin: AttachedPlugin | undefined;
    let programs: Programs | undefined;
    after(() => {
        plugin?.end();
        programs?.remove();
    });

    test("compile, and one shows the plan, moves, is interrupted there and back, and leaves no trace", async () => {
        plugin = await AttachedPlugin.start();
        const env = { ...plugin.env, PATH: process.env.PATH ?? "" };
        programs = await Programs.of({ env, clusterName: "demo" } as unknown as Sandbox);
        await movesAndGoesBack(plugin, programs, "java");
    });
});
