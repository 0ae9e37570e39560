// What a dynamic provider method may answer and throw, and nothing about what it does.

/** A property bag as the engine sends it. */
// biome-ignore lint/suspicious/noExplicitAny: as Pulumi types a dynamic provider's properties
export type Bag = Record<string, any>;

export interface CheckFailure {
    property: string;
    reason: string;
}

/** The methods of a dynamic provider, without the Pulumi SDK, which the provider process must not load again. */
export interface Lifecycle {
    check(olds: Bag, news: Bag): Promise<{ inputs: Bag; failures?: CheckFailure[] }>;
    diff(id: string, olds: Bag, news: Bag): Promise<{ changes: boolean }>;
    create(inputs: Bag): Promise<{ id: string; outs: Bag }>;
    read(id: string, props: Bag): Promise<{ id?: string; props: Bag }>;
    update(id: string, olds: Bag, news: Bag): Promise<{ outs: Bag }>;
    delete(id: string, props: Bag): Promise<void>;
}

/** Stands in a preview for every value that only the update will know. */
export const unknownSentinel = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isUnknown(value: unknown): boolean {
    return value === unknownSentinel;
}

export function hasUnknown(value: unknown): boolean {
    if (isUnknown(value)) return true;
    if (value === null || typeof value !== "object") return false;
    return Object.values(value).some(hasUnknown);
}

/** Without `undefined`, which the wire refuses after the work was done. */
export function clean(bag: Bag): Bag {
    return JSON.parse(JSON.stringify(bag)) as Bag;
}

/** The rest of a resource that only remembers what its check found out: nothing is made, nothing goes. */
export const memoryOnly: Pick<Lifecycle, "create" | "read" | "update" | "delete"> = {
    create: async (inputs) => ({ id: String(inputs["clusterName"]), outs: clean(inputs) }),
    read: async (id, props) => ({ id, props: clean(props) }),
    update: async (_id, _olds, news) => ({ outs: clean(news) }),
    delete: async () => undefined,
};

/** The error of create and update that stores what there is, so that the next update continues. */
export function unfinished(id: string, inputs: Bag, outs: Bag, reasons: string[]): Error {
    const properties = clean({ ...outs, __provider: inputs["__provider"] as unknown });
    return Object.assign(new Error(reasons.join("\n")), { id, properties, reasons });
}

/** A refusal that changed nothing: FAILED_PRECONDITION, so that the engine does not call the resource corrupt. */
export function refusal(message: string): Error {
    const error = Object.assign(new Error(message), { code: 9 });
    // The stack would be printed below the message, which has to speak for itself.
    error.stack = message;
    return error;
}

/** Whether any of these properties differs; the engine's order of keys does not count. */
export function differs(olds: Bag, news: Bag, keys: readonly string[]): boolean {
    return keys.some((key) => sorted(olds[key]) !== sorted(news[key]));
}

function sorted(value: unknown): string {
    return (
        JSON.stringify(value, (_, inside: unknown) =>
            inside !== null && typeof inside === "object" && !Array.isArray(inside)
                ? Object.fromEntries(Object.entries(inside).sort(([a], [b]) => (a < b ? -1 : 1)))
                : inside,
        ) ?? ""
    );
}
