/** A listener comes in; an outage of it goes out, which ends by call or by itself. */
import type { Listener } from "./listener";

/** Connections of one side are refused until `end`, or until its time is over. */
export interface Outage {
    /** Connections are accepted again; may be called more than once. */
    end(): Promise<void>;
    /** Settles when the outage is over. */
    readonly over: Promise<void>;
}

export async function startOutage(listener: Listener, milliseconds?: number): Promise<Outage> {
    await listener.refuse();
    const { promise: over, resolve, reject } = settleable();
    let ended = false;
    const end = () => {
        clearTimeout(timer);
        if (!ended) listener.accept().then(resolve, reject);
        ended = true;
        return over;
    };
    const timer = milliseconds === undefined ? undefined : setTimeout(() => void end(), milliseconds);
    return { end, over };
}

function settleable() {
    let resolve!: () => void;
    let reject!: (error: unknown) => void;
    const promise = new Promise<void>((onDone, onError) => {
        resolve = onDone;
        reject = onError;
    });
    return { promise, resolve, reject };
}
