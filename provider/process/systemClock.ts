// The clock of this machine, as a port. Its timers never keep a process alive that has nothing else to do.
import type { Clock } from "../ports/world";

export const systemClock: Clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    every: (milliseconds, work) => {
        const timer = setInterval(work, milliseconds);
        timer.unref();
        return () => clearInterval(timer);
    },
};
