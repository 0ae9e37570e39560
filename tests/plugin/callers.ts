// Calls that the AWS emulator heard come in; who made them goes out, the plugin's apart from those of Pulumi's own provider. Asserts nothing.

interface Call {
    readonly operation: string;
    readonly principal?: string;
    readonly userAgent: string;
}

/** Names of roles, each with `assumes` where it took the next one of a chain. */
export function callersOf(calls: readonly Call[]): { ours: string[]; others: string[] } {
    const callers = { ours: new Set<string>(), others: new Set<string>() };
    for (const { operation, principal = "", userAgent } of calls) {
        const caller = principal.replace(/.*:assumed-role\/(\w+)\/.*/, "$1");
        const ours = userAgent.includes("pulumi-hyperpod-inference");
        callers[ours ? "ours" : "others"].add(operation === "AssumeRole" ? `${caller} assumes` : caller);
    }
    return { ours: [...callers.ours].sort(), others: [...callers.others].sort() };
}
