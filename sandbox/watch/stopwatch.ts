/** Changes of one yes-or-no fact come in, with their times in milliseconds; when and for how many seconds it was true goes out. */
import type { Span } from "./observation";

export class Stopwatch {
    #since: number | undefined;
    #past: Span[] = [];

    get running(): boolean {
        return this.#since !== undefined;
    }

    set(running: boolean, at: number): void {
        if (running === this.running) return;
        if (this.#since !== undefined)
            this.#past.push({ begin: this.#since, end: Math.max(this.#since, at) });
        this.#since = running ? at : undefined;
    }

    spans(at: number): Span[] {
        const current =
            this.#since === undefined ? [] : [{ begin: this.#since, end: Math.max(this.#since, at) }];
        return [...this.#past, ...current];
    }

    seconds(at: number): number {
        return this.spans(at).reduce((sum, { begin, end }) => sum + end - begin, 0) / 1000;
    }
}
