// Builds what every sandbox needs, and the demo's baseline, with progress: no test waits for a compiler within its own time limit, and no two make the same baseline. Leaves nothing running.
import { join } from "node:path";
import { ensurePython } from "./aws/python";
import { baselinesOf } from "./baselinesOf";
import { clusterPki } from "./kubernetes/clusterPki";
import { startSandbox } from "./sandbox";
import { pkiDirectory } from "./sandboxNames";
import { DEMO, startFrom } from "./startFrom";
import { ensureTools } from "./tools/tools";

async function main(): Promise<void> {
    await ensurePython(console.error);
    await ensureTools(console.error);
    const pki = await clusterPki(pkiDirectory);
    if (baselinesOf(join(pkiDirectory, "none"), pki).find(DEMO.name) !== undefined) return;
    console.error(
        "making the cluster that tests start from (once per change of the sandbox, about a minute)",
    );
    const sandbox = await startSandbox();
    try {
        await startFrom(sandbox, DEMO);
    } finally {
        await sandbox.stop();
    }
}

main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
});
