// The look-ups of Pulumi's AWS package come in; the same go out, whose failures a person can read: what was looked for, why it failed, what to do next.
import * as pulumi from "@pulumi/pulumi";
import { toldOnce } from "./toldOnce";

// biome-ignore lint/suspicious/noExplicitAny: look-ups of every kind
type LookUp = (...args: any[]) => unknown;

/** A module of the AWS package in which each function that looks something up tells its failures so. */
export function withReadableFailures<Module>(module: Module): Module {
    if (typeof module !== "object" || module === null) return module;
    return new Proxy(module, {
        get(target, key) {
            const found = Reflect.get(target, key) as unknown;
            if (typeof key !== "string" || !/^get[A-Z]/.test(key) || typeof found !== "function")
                return found;
            return (...args: unknown[]) => watched((found as LookUp)(...args));
        },
    });
}

/** The answer as it is. Whoever waits for it meets the error after it was made readable. */
function watched(answer: unknown): unknown {
    const settled = pulumi.Output.isInstance(answer)
        ? (answer as unknown as { promise(withUnknowns: boolean): Promise<unknown> }).promise(true)
        : answer;
    if (settled instanceof Promise) settled.catch(tell);
    return answer;
}

const INVOCATION = /^(?:invocation of|Invoke of|invoking) \S*?:(get\w+) (?:returned an error|failed): /;

function tell(error: unknown): void {
    if (!(error instanceof Error)) return;
    const [head, lookUp] = INVOCATION.exec(error.message) ?? [];
    if (head === undefined || lookUp === undefined) return;
    const why = error.message.slice(head.length);
    const isCluster = lookUp === "getCluster" && /couldn't find resource|not found|no cluster/i.test(why);
    const next = isCluster
        ? "check clusterName and region: `aws eks list-clusters` names the clusters that are there"
        : "check region and credentials of the aws provider, then run the command again";
    toldOnce(error, `HyperPodInferenceAddon: ${lookUp}: ${why}\nnext: ${next}`);
}
