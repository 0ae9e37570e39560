// Which resource the call at work speaks for comes in with the call; its log goes out, wherever in the call it is asked for.
import { AsyncLocalStorage } from "node:async_hooks";
import type { ResourceLog } from "./engineLog";

const calls = new AsyncLocalStorage<ResourceLog>();

export function inCallOf<T>(log: ResourceLog, call: () => T): T {
    return calls.run(log, call);
}

/** Where no door has said for which resource it calls, the line goes to the process' output, which Pulumi shows for dynamic providers. */
export const callLog: ResourceLog = {
    progress: (line) => (calls.getStore() ?? onOutput).progress(line),
    warn: (line) => (calls.getStore() ?? onOutput).warn(line),
    tell: (line) => (calls.getStore() ?? onOutput).tell(line),
};

const onOutput: ResourceLog = {
    progress: (line) => console.log(line),
    warn: (line) => console.log(line),
    tell: async (line) => console.log(line),
};
