// An error that a program's author caused comes in; the same error goes out as Pulumi's runner tells it: once, in its own words, without a stack trace. Changes the error itself, because the runner knows it again by its identity.

/** The mark of `pulumi.RunError`, and a message that nobody writes before: the SDK adds the name of every property that waits for the value. */
export function toldOnce<Failure extends Error>(error: Failure, message = error.message): Failure {
    Object.defineProperty(error, "message", { get: () => message, set: () => undefined, configurable: true });
    return Object.assign(error, { __pulumiRunError: true });
}
