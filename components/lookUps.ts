// The look-ups of Pulumi's AWS package come in; the same go out, whose failures a person can read: what was looked for, why it failed, what to do next.
import * as pulumi from "@pulumi/pulumi";
import { toldOnce } from "./argumentErrors";
import { internalsOf } from "./knownValue";

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
    const settled = pulumi.Output.isInstance(answer) ? internalsOf(answer).promise(true) : answer;
    if (settled instanceof Promise) settled.catch(tell);
    return answer;
}

/** The answer; a failure of it waits for what `tellMore` finds out, and is the same error still. */
export function withMoreOnFailure<T>(
    answer: pulumi.Output<T>,
    tellMore: (error: Error) => Promise<void>,
): pulumi.Output<T> {
    const inside = internalsOf(answer);
    // All that fails with an output; one that nobody listens to would be told at once.
    const all = Promise.all([inside.promise(true), inside.allResources?.(), inside.isKnown, inside.isSecret]);
    const answered = all.then(
        () => answer,
        async (error: Error) => {
            await tellMore(error);
            throw error;
        },
    );
    return pulumi.output(answered) as unknown as pulumi.Output<T>;
}

/** How the look-up of an EKS cluster says that there is none of the name. */
export function isNoCluster(told: string): boolean {
    return /couldn't find resource|not found|no cluster/i.test(told);
}

const INVOCATION = /^(?:invocation of|Invoke of|invoking) \S*?:(get\w+) (?:returned an error|failed): /;

function tell(error: unknown): void {
    if (!(error instanceof Error)) return;
    const [head, lookUp] = INVOCATION.exec(error.message) ?? [];
    if (head === undefined || lookUp === undefined) return;
    const why = error.message.slice(head.length);
    const isCluster = lookUp === "getCluster" && isNoCluster(why);
    const next = isCluster
        ? "check clusterName and region: `aws eks list-clusters` names the clusters that are there"
        : "check region and credentials of the aws provider, then run the command again";
    toldOnce(error, `HyperPodInferenceAddon: ${lookUp}: ${why}\nnext: ${next}`);
}
