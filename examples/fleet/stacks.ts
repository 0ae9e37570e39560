// Waves ask, the Pulumi CLI answers, through the Automation API: one stack per cluster, with the program of this folder. Keeps nothing of a run but its outcome.
import { type EngineEvent, LocalWorkspace, type OutputMap, type Stack } from "@pulumi/pulumi/automation";
import type { Cluster, Guards } from "./fleetFile";
import type { Outcome } from "./gates";
import type { Previewed, Stacks, Wish } from "./waves";

/** Phases in which a move rests: there a look at the cluster says something. */
const AT_REST = ["Moved", "Stopped", "Committed"];

export class PulumiStacks implements Stacks {
    private readonly running = new Set<AbortController>();

    constructor(
        private readonly workDir: string,
        private readonly guards: Guards,
    ) {}

    /** Every CLI that runs gets a SIGINT: its move stops at the next safe point, and its state is stored. */
    interrupt(): void {
        for (const controller of this.running) controller.abort();
    }

    async preview(cluster: Cluster, wish: Wish): Promise<Previewed> {
        const plan: string[] = [];
        const changeSummary = await this.run(cluster, wish, async (stack, signal, onEvent) => {
            const look = (event: EngineEvent) => {
                onEvent(event);
                const { type, new: news } = event.resourcePreEvent?.metadata ?? {};
                if (type?.endsWith(":HelmToAddonMigration") && Array.isArray(news?.inputs.plan))
                    plan.push(...news.inputs.plan);
            };
            return (await stack.preview({ ...this.guards, signal, onEvent: look })).changeSummary;
        });
        const changes = Object.entries(changeSummary).some(
            ([operation, count]) => operation !== "same" && count > 0,
        );
        return { changes, plan };
    }

    up(cluster: Cluster, wish: Wish): Promise<Outcome> {
        return this.run(cluster, wish, async (stack, signal, onEvent) => {
            const { outputs } = await stack.up({ ...this.guards, signal, onEvent });
            return outcomeOf(outputs);
        });
    }

    async refresh(cluster: Cluster): Promise<Outcome | undefined> {
        const stack = await this.open(cluster);
        const before = await stack.outputs();
        if (!AT_REST.includes(before.phase?.value)) return undefined;
        return await this.run(cluster, undefined, async (_, signal, onEvent) => {
            // The stack's outputs are those of the last update: what a refresh found stands in the resource.
            await stack.refresh({ signal, onEvent });
            return { ...outcomeOf(before), drift: await driftIn(stack) };
        });
    }

    private open({ stack }: Cluster): Promise<Stack> {
        const { workDir } = this;
        return LocalWorkspace.createOrSelectStack({ stackName: stack, workDir });
    }

    /** A signal of its own for each run: one for all would hold on to every run that is over. */
    private async run<T>(
        cluster: Cluster,
        wish: Wish | undefined,
        work: (stack: Stack, signal: AbortSignal, onEvent: (event: EngineEvent) => void) => Promise<T>,
    ): Promise<T> {
        const controller = new AbortController();
        this.running.add(controller);
        const errors = new Set<string>();
        try {
            const stack = await this.open(cluster);
            if (wish !== undefined)
                await stack.setConfig("move", { value: JSON.stringify({ ...cluster.args, ...wish }) });
            if (controller.signal.aborted) throw new Error("interrupted before it began");
            return await work(stack, controller.signal, ({ diagnosticEvent, policyEvent }) => {
                if (diagnosticEvent?.severity === "error") errors.add(plain(diagnosticEvent.message));
                if (policyEvent?.enforcementLevel === "mandatory")
                    errors.add(`policy ${policyEvent.policyName}: ${plain(policyEvent.message)}`);
            });
        } catch (error) {
            const told = [...errors].filter((line) => !/^(preview|update) failed$/.test(line));
            throw new Error(told.join("\n") || (error as Error).message, { cause: error });
        } finally {
            this.running.delete(controller);
        }
    }
}

function outcomeOf(outputs: OutputMap): Outcome {
    const value = (name: keyof Outcome) => outputs[name]?.value;
    return {
        phase: value("phase") ?? "",
        nextStep: value("nextStep") ?? "",
        addonVersion: value("addonVersion") ?? "",
        pausedSeconds: value("pausedSeconds") ?? {},
        warnings: value("warnings") ?? [],
        drift: value("drift") ?? [],
    };
}

async function driftIn(stack: Stack): Promise<string[]> {
    const { deployment } = await stack.exportStack();
    const resources: { type?: string; outputs?: { drift?: string[] } }[] = deployment?.resources ?? [];
    return resources
        .filter(({ type }) => type?.endsWith(":HelmToAddonMigration"))
        .flatMap(({ outputs }) => outputs?.drift ?? []);
}

/** Without the marks by which the engine colours its text. */
function plain(message: string): string {
    return message.replace(/<\{%[^%]*%\}>/g, "").trim();
}
