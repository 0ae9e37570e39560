// An output comes in; its value goes out, or undefined while a preview cannot know it. Never hides a failure.
import * as pulumi from "@pulumi/pulumi";

/** What every Pulumi output carries; its typings keep these members to themselves. */
interface OutputInternals<T> {
    promise(withUnknowns?: boolean): Promise<T>;
    isKnown: Promise<boolean>;
    isSecret: Promise<boolean>;
    allResources?(): Promise<unknown>;
}

export function internalsOf<T>(value: pulumi.Output<T>): OutputInternals<T> {
    return value as unknown as OutputInternals<T>;
}

/** Nobody may wait for an output before it fails; whoever waits later meets the failure, and Node.js has nothing to warn of. */
export function withoutWarning(value: pulumi.Output<unknown>): void {
    const inside = internalsOf(value);
    void Promise.allSettled([inside.promise(true), inside.isKnown, inside.isSecret, inside.allResources?.()]);
}

/** The value, or undefined when it is not known before the update (never so during an update). */
export async function known<T>(value: pulumi.Output<T>): Promise<T | undefined> {
    const inside = internalsOf(value);
    const [result, isKnown] = await Promise.all([inside.promise(), inside.isKnown]);
    return isKnown ? result : undefined;
}

/** An argument that another resource was given. A preview calls one that was left out unknown, like those that are; this tells them apart. */
export function argumentOf(value: MaybeText | undefined): MaybeText {
    if (value === undefined) return pulumi.output(undefined);
    const inside = internalsOf(value);
    return pulumi.output(inside.promise(true).then((shown) => (shown === undefined ? undefined : value)));
}

type MaybeText = pulumi.Output<string | undefined>;

/** A copy of a tree of inputs in which every output that is known by now is replaced by its value; the others stay. */
export async function settle(value: unknown): Promise<unknown> {
    if (pulumi.Output.isInstance(value) || value instanceof Promise) {
        const inside = await known(pulumi.output(value as pulumi.Input<unknown>));
        return inside === undefined ? value : inside;
    }
    if (Array.isArray(value)) return Promise.all(value.map(settle));
    if (value !== null && typeof value === "object" && !pulumi.Resource.isInstance(value)) {
        const entries = Object.entries(value).map(
            async ([key, inside]) => [key, await settle(inside)] as const,
        );
        return Object.fromEntries(await Promise.all(entries));
    }
    return value;
}

/** Whether a value will only be there later. */
export function isLater(value: unknown): boolean {
    return pulumi.Output.isInstance(value) || value instanceof Promise;
}
