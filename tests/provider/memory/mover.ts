// One simulated provider process: numbers its writes, and dies, fails or waits where a test says so. A dead one never comes back from a call, and nothing of it reaches the world.
import type { Gate } from "../../../provider/ports/world";

export type Moment = "before" | "after";

export interface Injection {
    /** Number of the write, from 1; every write of a call that makes several counts for itself. */
    readonly write: number;
    readonly moment: Moment;
    /** `crash` kills the process; `fail` is an error that the process lives through: refused (before) or an answer lost (after). */
    readonly kind: "crash" | "fail";
    readonly times?: number;
}

const NEVER = new Promise<never>(() => undefined);

export class Mover {
    #dead = false;
    #die: () => void = () => undefined;
    readonly died: Promise<void>;
    /** What was written, in order. */
    readonly writes: string[] = [];
    /** Calls of any port, reads too. */
    calls = 0;
    stopReason: string | undefined;
    /** Runs at every write before it happens. */
    onWrite: (number: number) => void = () => undefined;
    /** Runs at every write after it happened. */
    onWritten: (number: number) => void = () => undefined;
    /** What passes before a call is answered. */
    roundTrip: (() => Promise<void>) | undefined;

    constructor(
        readonly identity: string,
        readonly injection?: Injection,
    ) {
        this.died = new Promise((resolve) => {
            this.#die = resolve;
        });
    }

    #stopped: Promise<void> | undefined;
    /** A write that was on the wire when the process was stopped; the world decides when it takes effect. */
    onTheWire: ((what: string, call: () => unknown) => boolean) | undefined;

    /** As SIGSTOP does: nothing of it goes on until the answered function is called. */
    stop(): () => void {
        let resume: () => void = () => undefined;
        this.#stopped = new Promise((resolve) => {
            resume = () => {
                this.#stopped = undefined;
                resolve();
            };
        });
        return resume;
    }

    get isDead(): boolean {
        return this.#dead;
    }

    kill(): void {
        this.#dead = true;
        this.#die();
    }

    async read<T>(call: () => T): Promise<T> {
        this.calls += 1;
        if (this.#dead) return NEVER;
        await this.roundTrip?.();
        await this.#stopped;
        if (this.#dead) return NEVER;
        return call();
    }

    async write<T>(what: string, call: () => T, gate: Gate): Promise<T> {
        this.calls += 1;
        if (this.#dead) return NEVER;
        await this.roundTrip?.();
        let pass = await gate.pass();
        while (this.#stopped !== undefined) {
            await this.#stopped;
            // The last look before the first byte goes out.
            if (!pass.isValid()) pass = await gate.pass();
        }
        if (this.#dead) return NEVER;
        this.writes.push(what);
        const number = this.writes.length;
        this.onWrite(number);
        if (this.#stopped !== undefined) {
            if (this.onTheWire?.(what, call) === true) {
                await this.#stopped;
                throw Object.assign(new Error(`socket hang up (${what})`), { name: "Error" });
            }
            const result = this.#performed(call);
            await this.#stopped;
            return result;
        }
        const { injection } = this;
        const hit =
            injection !== undefined &&
            number >= injection.write &&
            number < injection.write + (injection.times ?? 1)
                ? injection
                : undefined;
        if (hit?.moment === "before") return this.#strike(hit, what);
        const result = this.#performed(call);
        if (hit?.moment === "after") return this.#strike(hit, what);
        return result;
    }

    /** A write that the API refused is none. */
    #performed<T>(call: () => T): T {
        let result: T;
        try {
            result = call();
        } catch (error) {
            this.writes.pop();
            throw error;
        }
        this.onWritten(this.writes.length);
        return result;
    }

    #strike({ kind, moment }: Injection, what: string): Promise<never> {
        if (kind === "fail")
            throw Object.assign(
                new Error(
                    moment === "before"
                        ? `ThrottlingException: Rate exceeded (${what})`
                        : `socket hang up (${what})`,
                ),
                { name: moment === "before" ? "ThrottlingException" : "Error" },
            );
        this.kill();
        return NEVER;
    }
}
