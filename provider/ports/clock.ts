// The port to time: what o'clock it is, and waiting.

export interface Clock {
    /** Milliseconds since the epoch; may be set while the process runs. */
    now(): number;
    /** Milliseconds since some moment; nobody sets it. Stands still while the machine sleeps. */
    monotonic(): number;
    sleep(milliseconds: number): Promise<void>;
    /** Does `work` again and again until the answered function is called; never keeps the process alive. */
    every(milliseconds: number, work: () => void): () => void;
}
