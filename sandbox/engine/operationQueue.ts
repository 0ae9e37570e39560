// Two small gates for promises: one lets a single task through at a time, the other a fixed number of them.

/** Tasks run one after the other, in the order they came. */
export class Serial {
    private last: Promise<unknown> = Promise.resolve();

    run<T>(task: () => Promise<T>): Promise<T> {
        const next = this.last.then(task, task);
        this.last = next.catch(() => undefined);
        return next;
    }
}

export class Parallel {
    private free: number;
    private readonly waiting: (() => void)[] = [];

    constructor(limit: number) {
        this.free = limit;
    }

    async run<T>(task: () => Promise<T>): Promise<T> {
        if (this.free > 0) {
            this.free--;
        } else {
            await new Promise<void>((resolve) => this.waiting.push(resolve)); // takes over the place of the one that ends
        }
        try {
            return await task();
        } finally {
            const next = this.waiting.shift();
            if (next) {
                next();
            } else {
                this.free++;
            }
        }
    }
}
