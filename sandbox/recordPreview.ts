// Runs a preview of the README's example on the demo's cluster and writes it into the README. Run by `npm run docs:preview`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Pulumi } from "./pulumi/driver";
import { shownPreview, withPreview } from "./readmePreview";
import { startSandbox } from "./sandbox";
import { DEMO, startFrom } from "./startFrom";

const README = resolve(__dirname, "../README.md");
const EXAMPLE = resolve(__dirname, "../examples/move-from-helm");

async function main(): Promise<void> {
    const sandbox = await startSandbox({ progress: console.error });
    const folder = mkdtempSync(join(tmpdir(), "hyperpod-preview-"));
    try {
        await startFrom(sandbox, DEMO);
        const pulumi = new Pulumi({
            projectDirectory: EXAMPLE,
            backendDirectory: folder,
            env: sandbox.env,
            config: { clusterName: sandbox.clusterName },
        });
        const { exitCode, stdout, stderr } = await pulumi.preview();
        if (exitCode !== 0) throw new Error(`the preview failed:\n${stdout}\n${stderr}`);
        writeFileSync(README, withPreview(readFileSync(README, "utf8"), shownPreview(stdout)));
        console.error(`wrote the preview into ${README}`);
    } finally {
        rmSync(folder, { recursive: true, force: true });
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
