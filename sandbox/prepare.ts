// Builds what every sandbox needs, with progress, so that no test waits for a compiler within its own time limit. Starts nothing.
import { ensurePython } from "./aws/python";
import { ensureTools } from "./tools/tools";

async function main(): Promise<void> {
    await ensurePython(console.error);
    await ensureTools(console.error);
}

main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
});
