/** Changes of one yes-or-no fact come in, with their times in milliseconds; for how many seconds it was true goes out. */
export class Stopwatch {
    #since: number | undefined;
    #milliseconds = 0;

    get running(): boolean {
        return this.#since !== undefined;
    }

    set(running: boolean, at: number): void {
        if (running === this.running) return;
        if (this.#since !== undefined) this.#milliseconds += Math.max(0, at - this.#since);
        this.#since = running ? at : undefined;
    }

    seconds(at: number): number {
        const current = this.#since === undefined ? 0 : Math.max(0, at - this.#since);
        return (this.#milliseconds + current) / 1000;
    }
}
