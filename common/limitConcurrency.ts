// A number comes in; a function that lets so many pieces of work run at the same time goes out. The others wait their turn.

export function atMost(count: number): <T>(work: () => Promise<T>) => Promise<T> {
    let running = 0;
    const waiting: (() => void)[] = [];
    return async (work) => {
        if (running >= count) await new Promise<void>((turn) => waiting.push(turn));
        else running += 1;
        try {
            return await work();
        } finally {
            const turn = waiting.shift();
            // Its place is handed on.
            if (turn === undefined) running -= 1;
            else turn();
        }
    };
}
