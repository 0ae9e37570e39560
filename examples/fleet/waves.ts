// The order of a fleet's moves: everything is previewed first, then wave after wave, and nothing new begins after a failure. Talks to clusters through Stacks alone.
import type { Cluster, Fleet, Wave } from "./fleetFile";
import { heldBy, type Outcome } from "./gates";

/** What one move is asked beyond the arguments of its cluster. */
export interface Wish {
    readonly until?: string;
    readonly desiredOwner?: "Helm";
}

export interface Previewed {
    /** False: an update would change nothing. */
    readonly changes: boolean;
    readonly plan: readonly string[];
}

/** One Pulumi stack per cluster. Every call throws the error as Pulumi tells it. */
export interface Stacks {
    preview(cluster: Cluster, wish: Wish): Promise<Previewed>;
    up(cluster: Cluster, wish: Wish): Promise<Outcome>;
    /** Looks at the cluster anew; undefined where no move is at rest. */
    refresh(cluster: Cluster): Promise<Outcome | undefined>;
}

export interface ClusterReport {
    readonly stack: string;
    readonly cluster: string;
    readonly wave: string;
    /** As far as this run has come with it. */
    state: "waiting" | "previewed" | "done" | "held" | "failed";
    seconds: number;
    plan: readonly string[];
    outcome?: Outcome;
    /** Why the fleet does not go on. */
    reasons: readonly string[];
}

export interface FleetReport {
    result: "previewed" | "done" | "holds" | "stopped";
    /** What a person does now. */
    next: string;
    readonly clusters: readonly ClusterReport[];
}

export interface Run {
    readonly fleet: Fleet;
    readonly stacks: Stacks;
    readonly say: (line: string) => void;
    /** True once somebody has asked to stop: what runs comes to its end, nothing new begins. */
    readonly stopping: () => boolean;
}

export function previewFleet(run: Run): Promise<FleetReport> {
    return reported(run, run.fleet.waves, async (lines) => {
        if (!(await previewed(run, lines))) return stopped(lines);
        return { result: "previewed", next: "`npm run fleet -- move` does it" };
    });
}

export function moveFleet(run: Run): Promise<FleetReport> {
    return reported(run, run.fleet.waves, async (lines) => {
        if (!(await previewed(run, lines))) return stopped(lines);
        for (const wave of run.fleet.waves) {
            run.say(`wave ${wave.name}`);
            const ofWave = lines.filter((line) => line.report.wave === wave.name);
            if (!(await everyOne(run, ofWave, moveOne))) return stopped(lines);
            if (wave.until !== undefined)
                return {
                    result: "holds",
                    next: `wave ${wave.name} holds after ${wave.until}: look at its models, then remove its \`until\` from fleet.json and run \`npm run fleet -- move\` again, or go back with \`npm run fleet -- undo ${wave.name}\``,
                };
        }
        return { result: "done", next: "nothing; a move can be undone until it is committed" };
    });
}

export function undoWave(run: Run, name: string): Promise<FleetReport> {
    const waves = run.fleet.waves.filter((wave) => wave.name === name);
    if (waves.length === 0)
        throw new Error(
            `there is no wave ${name}; there are: ${run.fleet.waves.map((wave) => wave.name).join(", ")}`,
        );
    return reported(
        run,
        waves.map(({ until: _, ...wave }) => wave),
        async (lines) => {
            if (!(await previewed(run, lines))) return stopped(lines);
            if (!(await everyOne(run, lines, upOne))) return stopped(lines);
            return {
                result: "done",
                next: `take wave ${name} out of fleet.json, or \`npm run fleet -- move\` moves it again`,
            };
        },
        { desiredOwner: "Helm" },
    );
}

interface Line {
    readonly cluster: Cluster;
    readonly wish: Wish;
    readonly report: ClusterReport;
    changes: boolean;
}

async function reported(
    { say }: Run,
    waves: readonly Wave[],
    work: (lines: readonly Line[]) => Promise<Pick<FleetReport, "result" | "next">>,
    wish: Wish = {},
): Promise<FleetReport> {
    const lines = waves.flatMap((wave) =>
        wave.clusters.map(
            (cluster): Line => ({
                cluster,
                wish: wave.until === undefined ? wish : { ...wish, until: wave.until },
                report: {
                    stack: cluster.stack,
                    cluster: String(cluster.args.clusterName),
                    wave: wave.name,
                    state: "waiting",
                    seconds: 0,
                    plan: [],
                    reasons: [],
                },
                changes: false,
            }),
        ),
    );
    const end = await work(lines);
    say(`${end.result}; next: ${end.next}`);
    return { ...end, clusters: lines.map(({ report }) => report) };
}

/** Blockers anywhere in the fleet are known before anything changes anywhere. */
function previewed(run: Run, lines: readonly Line[]): Promise<boolean> {
    run.say(`preview of ${lines.length} clusters`);
    return everyOne(
        run,
        lines,
        async ({ stacks }, line) => {
            const { changes, plan } = await stacks.preview(line.cluster, line.wish);
            line.changes = changes;
            line.report.plan = plan;
            line.report.state = "previewed";
        },
        false,
    );
}

/** A finished cluster is only looked at; one that failed goes on where it stopped. */
async function moveOne(run: Run, line: Line): Promise<void> {
    const { cluster, report } = line;
    const before = await run.stacks.refresh(cluster);
    if (before !== undefined) report.outcome = before;
    // Drift comes first: an update would repair it, and nobody would have seen it.
    if (before === undefined || before.drift.length === 0) {
        if (line.changes) await upOne(run, line);
        else report.state = "done";
    }
    const { outcome } = report;
    report.reasons = outcome === undefined ? [] : heldBy(run.fleet.gates, outcome);
    if (report.reasons.length > 0) report.state = "held";
}

async function upOne({ stacks }: Run, { cluster, wish, report }: Line): Promise<void> {
    report.outcome = await stacks.up(cluster, wish);
    report.state = "done";
}

/** True when all went well. Some at a time; after a failure nothing new begins, unless everything is to be known at once. */
async function everyOne(
    run: Run,
    lines: readonly Line[],
    work: (run: Run, line: Line) => Promise<void>,
    stopsAtFailure = true,
): Promise<boolean> {
    const waiting = lines[Symbol.iterator]();
    const isBad = ({ report }: Line) => report.state === "failed" || report.state === "held";
    const one = async (): Promise<void> => {
        for (const line of waiting) {
            if (run.stopping() || (stopsAtFailure && lines.some(isBad))) return;
            const { report } = line;
            const begun = Date.now();
            try {
                await work(run, line);
            } catch (error) {
                report.state = "failed";
                report.reasons = [(error as Error).message];
            }
            report.seconds += (Date.now() - begun) / 1000;
            run.say(
                `  ${report.stack}: ${report.state}${report.reasons.map((reason) => `\n    ${reason}`).join("")}`,
            );
        }
    };
    await Promise.all(Array.from({ length: run.fleet.atOnce }, one));
    return !run.stopping() && !lines.some(isBad);
}

function stopped(lines: readonly Line[]): Pick<FleetReport, "result" | "next"> {
    const held = lines.filter(({ report }) => report.state === "held");
    const next =
        held.length === 0
            ? "repair what the report tells, then run the same command again: it goes on where it stopped"
            : "look at what the gates tell; widen them in fleet.json, or repair drift with `pulumi up --stack` of that cluster, then run the same command again";
    return { result: "stopped", next };
}
