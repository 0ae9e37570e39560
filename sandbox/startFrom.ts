// In: a running sandbox and what it shall hold. Out: the sandbox with it, as another one made it earlier or made now and kept for all. Starts and stops nothing.
import { demoContent } from "./content";
import type { Sandbox } from "./sandbox";

/** What a baseline holds: a name, and how to make it. */
export interface Content {
    readonly name: string;
    prepare(sandbox: Sandbox): Promise<unknown>;
}

/** Helm's installation, three models, and things of others: what the demo and most tests start from. */
export const DEMO: Content = { name: "demo", prepare: demoContent };

export async function startFrom(sandbox: Sandbox, content: Content): Promise<void> {
    if (sandbox.hasBaseline(content.name)) return sandbox.restoreBaseline(content.name);
    await content.prepare(sandbox);
    await sandbox.saveBaseline(content.name, { shared: true });
}
