// A Pulumi stack with one HelmToAddonMigration: keeps state as the engine does, and starts a new provider process for every command. No engine, no files.

import type { Holder } from "../../provider/engine/lease";
import { Lifecycle } from "../../provider/pulumi/lifecycle";
import { plainJson } from "../../provider/pulumi/outputs";
import { fitIntoTrailer, PartialFailure } from "../../provider/pulumi/partialState";
import { discreet, discreetly } from "../../provider/pulumi/redactSecrets";
import { unmarked } from "../../provider/pulumi/secretValues";
import type { SessionHost } from "../../provider/pulumi/session";
import { WayBackLifecycle } from "../../provider/pulumi/wayBack";
import { type Injection, Mover } from "./memory/mover";
import { connectMemory, type MemoryWorld } from "./memoryWorld";

type Bag = Record<string, unknown>;

export interface Result {
    readonly kind: "done" | "failed" | "crashed";
    readonly message: string;
    readonly mover: Mover;
}

/** What the engine keeps: absent before the first create and after a destroy. */
export interface Resource {
    readonly id: string;
    readonly inputs: Bag;
    readonly outputs: Bag;
}

class CheckFailed extends Error {
    constructor(readonly failures: readonly { property: string; reason: string }[]) {
        super(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    }
}

let processes = 0;

export class MemoryStack {
    resource: Resource | undefined;
    readonly warnings: string[] = [];
    readonly progress: string[] = [];

    constructor(
        readonly world: MemoryWorld,
        readonly inputs: Bag = { clusterName: "demo" },
        /** False: as if every process ran on another machine, so that nobody can tell whether a holder lives. */
        readonly sameMachine = true,
        /** How a process gets its ports; a test may put something between. */
        readonly connect: typeof connectMemory = connectMemory,
    ) {}

    /** How far the time of day of this stack's machine is ahead. */
    clockAheadMs = 0;

    /** Props of the resource that keeps an undo possible; in the state before the move begins. */
    wayBack: Bag | undefined;

    /** What the engine got of the last call, marks of secrets included. */
    answered: Bag = {};

    /** What a life cycle needs of a new process. */
    host(injection?: Injection): SessionHost & { readonly mover: Mover } {
        const { world } = this;
        const mover = new Mover(`mover-${++processes}`, injection);
        world.movers.set(mover.identity, mover);
        const holder: Holder = {
            identity: mover.identity,
            isDead: (identity) =>
                this.sameMachine
                    ? (world.movers.get(identity.split("/")[0] ?? "")?.isDead ?? true)
                    : undefined,
        };
        return {
            mover,
            connect: this.connect(world, mover),
            clock: world.clock.forMover(() => mover.isDead, this.clockAheadMs),
            holder,
            stop: { reason: () => mover.stopReason, close: () => undefined },
        };
    }

    process(injection?: Injection) {
        const host = this.host(injection);
        const lifecycle = discreet(new Lifecycle(host));
        return { mover: host.mover, lifecycle, wayBack: new WayBackLifecycle(host) };
    }

    readonly log = {
        progress: (line: string) => void this.progress.push(line),
        warn: (line: string) => void this.warnings.push(line),
    };

    /** `pulumi up`: check, then create, or update when the diff says so. */
    async up(
        changes: Bag = {},
        injection?: Injection,
        prepare: (mover: Mover) => void = () => undefined,
    ): Promise<Result> {
        const { mover, lifecycle, wayBack } = this.process(injection);
        prepare(mover);
        const way = plainJson(wayBack.check(this.wayBack ?? {}, { ...this.inputs, ...changes }).inputs);
        const wanted = { ...this.inputs, ...changes, journalKey: way.journalKey };
        const before = this.resource;
        let checked = wanted;
        return this.#run(
            mover,
            async () => {
                const { inputs, failures } = await lifecycle.check(before?.inputs ?? {}, wanted, this.log);
                if (failures.length > 0) throw new CheckFailed(failures);
                checked = inputs as typeof wanted;
                this.wayBack = way;
                if (before === undefined) {
                    const { id, outs } = await lifecycle.create(inputs, this.log);
                    this.resource = plainJson({ id, inputs, outputs: this.#opened(outs) });
                } else if ((await lifecycle.diff(before.outputs, inputs, this.log)).changes) {
                    const outs = await lifecycle.update(before.outputs, inputs, this.log);
                    this.resource = plainJson({ id: before.id, inputs, outputs: this.#opened(outs) });
                }
            },
            (failure) => {
                this.resource = plainJson({
                    id: before?.id ?? failure.id,
                    inputs: checked,
                    outputs: this.#opened(fitIntoTrailer(plainJson(failure.properties)).properties),
                });
            },
        );
    }

    /** `pulumi destroy`: what is not in the state is not there. */
    async destroy(injection?: Injection, prepare: (mover: Mover) => void = () => undefined): Promise<Result> {
        const { mover, lifecycle, wayBack } = this.process(injection);
        prepare(mover);
        return this.#run(mover, async () => {
            if (this.resource !== undefined) await lifecycle.delete(this.resource.outputs, this.log);
            this.resource = undefined;
            const props = this.wayBack;
            if (props !== undefined) await discreetly([props], this.log, (log) => wayBack.delete(props, log));
            this.wayBack = undefined;
        });
    }

    /** What the stack's file holds, to come back to. */
    save(): Pick<MemoryStack, "resource" | "wayBack"> {
        return { resource: this.resource, wayBack: this.wayBack };
    }

    load({ resource, wayBack }: Pick<MemoryStack, "resource" | "wayBack">): void {
        this.resource = resource;
        this.wayBack = wayBack;
    }

    async refresh(): Promise<Result> {
        const { mover, lifecycle } = this.process();
        return this.#run(mover, async () => {
            const { resource } = this;
            if (resource === undefined) return;
            const { id, props } = await lifecycle.read(resource.id, resource.outputs, this.log);
            this.resource = plainJson({ ...resource, id, outputs: this.#opened(props) });
        });
    }

    /** As the engine hands them back to a provider: without marks. */
    #opened(outputs: Bag): Bag {
        this.answered = outputs;
        return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, unmarked(value)]));
    }

    async #run(
        mover: Mover,
        call: () => Promise<void>,
        keep: (failure: PartialFailure) => void = () => undefined,
    ): Promise<Result> {
        const running = call().then(
            () => ({ kind: "done", message: "", mover }) as const,
            (error: Error) => {
                if (error instanceof PartialFailure) keep(error);
                return { kind: "failed", message: error.message, mover } as const;
            },
        );
        const result = await Promise.race([
            running,
            mover.died.then(() => ({ kind: "crashed", message: "", mover }) as const),
        ]);
        // The process ends with its command.
        mover.kill();
        return result;
    }
}
