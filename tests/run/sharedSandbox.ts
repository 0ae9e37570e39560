// One sandbox for all test files of a process: each takes it empty, or with the content it names. It ends with the process's tests. Asserts nothing.
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import { type Content, startFrom } from "../../sandbox/startFrom";

const EMPTY = "process-empty";
let opening: Promise<Sandbox> | undefined;

async function open(): Promise<Sandbox> {
    const sandbox = await startSandbox();
    await sandbox.saveBaseline(EMPTY);
    return sandbox;
}

/** Without content, faults, scripts or calls of whoever had it before. */
export async function emptySandbox(): Promise<Sandbox> {
    const isFirst = opening === undefined;
    opening ??= open();
    const sandbox = await opening;
    await forget(sandbox);
    if (!isFirst) await sandbox.restoreBaseline(EMPTY);
    await tidy(sandbox);
    return sandbox;
}

/** As the content was made, or as another sandbox had made it. */
export async function sandboxWith(content: Content): Promise<Sandbox> {
    opening ??= open();
    const sandbox = await opening;
    await forget(sandbox);
    if (!sandbox.hasBaseline(content.name)) {
        await sandbox.restoreBaseline(EMPTY);
        await startFrom(sandbox, content);
    }
    await sandbox.restoreBaseline(content.name);
    await tidy(sandbox);
    return sandbox;
}

async function forget(sandbox: Sandbox): Promise<void> {
    sandbox.faults.disarm();
    sandbox.nodes.clearScripts();
    await sandbox.aws.clearScripts();
    await sandbox.aws.faults([]);
}

async function tidy(sandbox: Sandbox): Promise<void> {
    sandbox.faults.reset();
    await sandbox.aws.clearCalls();
    await sandbox.clearAudit();
}

/** At the end of the process's tests; `sandboxHooks` does it for mocha. */
export async function closeSandbox(): Promise<void> {
    await (await opening)?.stop();
    opening = undefined;
}
