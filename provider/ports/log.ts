// The port to people: what is told while a call is at work.

export interface Log {
    /** Live progress in the resource's row; not kept. */
    progress(line: string): void;
    /** Kept under Diagnostics. */
    warn(line: string): void;
}
