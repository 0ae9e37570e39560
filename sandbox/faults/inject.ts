/** One exchange and the fault it meets come in; the fault happens to it. Which request meets which fault is decided elsewhere. */
import { setTimeout as pause } from "node:timers/promises";
import { type CannedAnswer, denied, serverError, throttled } from "./answers";
import type { Exchange } from "./exchange";
import type { Fault } from "./faultPlan";
import type { LedgerEntry } from "./ledgerEntry";
import type { Classified } from "./request";

export class Injector {
    #held = new Set<Exchange>();
    #kills = 0;
    #errors: unknown[] = [];

    /** While a process is being killed, writes that it sent a moment later must not slip through. */
    get killing(): boolean {
        return this.#kills > 0;
    }

    async apply(fault: Fault, exchange: Exchange, request: Classified, entry: LedgerEntry): Promise<void> {
        entry.fault = fault.action;
        switch (fault.action) {
            case "killBefore":
                await this.#kill(fault);
                return exchange.destroy();
            case "killAfter":
                await commit(exchange, entry);
                await this.#kill(fault);
                return exchange.destroy();
            case "dropBefore":
                await this.#hit(fault);
                return exchange.destroy();
            case "dropAfter":
                await commit(exchange, entry);
                await this.#hit(fault);
                return exchange.destroy();
            case "throttle":
                await this.#hit(fault);
                return answer(exchange, entry, throttled(request));
            case "serverError":
                await this.#hit(fault);
                return answer(exchange, entry, serverError(request));
            case "deny":
                await this.#hit(fault);
                return answer(exchange, entry, denied(request));
            case "hang":
                this.#hold(exchange);
                return this.#hit(fault);
            case "delay":
                await this.#hit(fault);
                await pause(fault.milliseconds ?? 1000);
                return passOn(exchange, entry);
        }
    }

    /** Lets go of the requests that hang, by breaking their connections. */
    release(): void {
        for (const exchange of this.#held) exchange.destroy();
        this.#held.clear();
    }

    /** A failing `onHit` or `match` is an error of the test, so it is kept and thrown where the test looks next. */
    report(error: unknown): void {
        this.#errors.push(error);
    }

    throwErrors(): void {
        const errors = this.#errors.splice(0);
        if (errors.length > 0)
            throw new AggregateError(errors, `an injected fault failed: ${errors.join("; ")}`);
    }

    #hold(exchange: Exchange): void {
        this.#held.add(exchange);
        exchange.response.once("close", () => this.#held.delete(exchange));
    }

    async #kill(fault: Fault): Promise<void> {
        this.#kills += 1;
        await this.#hit(fault);
        this.#kills -= 1;
    }

    async #hit(fault: Fault): Promise<void> {
        try {
            await fault.onHit?.();
        } catch (error) {
            this.report(error);
        }
    }
}

/** No fault: forward, and stream the answer back. */
export async function passOn(exchange: Exchange, entry: LedgerEntry): Promise<void> {
    if (exchange.response.destroyed && !exchange.request.complete) return;
    const upstreamAnswer = await exchange.send();
    if (upstreamAnswer.statusCode !== undefined) entry.status = upstreamAnswer.statusCode;
    await exchange.relay(upstreamAnswer, (count) => {
        entry.answerBytes = (entry.answerBytes ?? 0) + count;
    });
}

async function commit(exchange: Exchange, entry: LedgerEntry): Promise<void> {
    const upstreamAnswer = await exchange.send();
    if (upstreamAnswer.statusCode !== undefined) entry.status = upstreamAnswer.statusCode;
    await exchange.swallow(upstreamAnswer);
}

function answer(exchange: Exchange, entry: LedgerEntry, canned: CannedAnswer): void {
    entry.status = canned.status;
    const { request, response } = exchange;
    const length = String(Buffer.byteLength(canned.body));
    // What is left of the request body is read and thrown away, so that the connection stays usable.
    request.resume();
    response.writeHead(canned.status, { ...canned.headers, "content-length": length });
    response.end(request.method === "HEAD" ? undefined : canned.body);
}
