// A stack's command that is killed at one write; what is left of its processes afterwards is known to have ended.

import type { FaultAction, LedgerEntry } from "../../sandbox/faults/proxy";
import type { PulumiRun, RunningPulumi } from "../../sandbox/pulumi/driver";
import { LEASE_PATH, readObject } from "./runs";
import { type Scene, until } from "./stage";

/** What is killed when a fault kills. */
export type Victim = "provider" | "engine" | "both";

export interface Kill {
    readonly when: Extract<FaultAction, "killBefore" | "killAfter">;
    readonly victim: Victim;
    readonly at: (write: LedgerEntry) => boolean;
    /** Which of the writes that fit; 1 unless said otherwise. */
    readonly nth?: number;
}

/** An orphaned provider looks for its engine every second, finishes the request it is in, and what it began with the controllers. */
const ORPHAN_MS = 240_000;

/** Runs the command and kills at the write; fails when no write fitted. */
export async function killedRun(
    { sandbox, pulumi }: Scene,
    command: "up" | "destroy",
    kill: Kill,
): Promise<PulumiRun> {
    const running = pulumi.start(command, "--yes", "--skip-preview");
    let [seen, hit] = [0, false];
    sandbox.faults.arm({
        action: kill.when,
        match: (write) => kill.at(write) && ++seen === (kill.nth ?? 1),
        onHit: () => {
            hit = true;
            killer(running, kill.victim)();
        },
    });
    const run = await running.finished;
    sandbox.faults.disarm();
    if (!hit) throw new Error(`no write to kill at:\n${run.stdout}\n${run.stderr}`);
    if (kill.victim === "engine") await orphanEnds(running);
    running.killLeftovers();
    if (kill.victim !== "provider") await pulumi.cancel();
    return run;
}

export function killer(running: RunningPulumi, victim: Victim): () => void {
    return () => {
        if (victim !== "provider") running.kill("SIGKILL");
        if (victim !== "engine") running.killProviders("SIGKILL");
    };
}

/** Without help: the provider process of a killed engine ends by itself. */
export async function orphanEnds(running: RunningPulumi): Promise<void> {
    await until(
        "the orphaned provider to end",
        ORPHAN_MS,
        async () => (await running.providerPids()).length === 0,
    );
}

/** Nobody holds the lock of the release. */
export async function lockIsFree({ sandbox }: Pick<Scene, "sandbox">): Promise<boolean> {
    return (await readObject(sandbox, LEASE_PATH)) === undefined;
}
