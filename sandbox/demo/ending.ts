// What was proved comes in; what a reader of the demo sees last goes out: the proofs together, and what to try next. Pure.

const NEXT: readonly (readonly [command: string, what: string])[] = [
    [
        "make sandbox",
        "the same cluster with the operator from Helm, for your own kubectl, helm and pulumi, until Ctrl-C",
    ],
    [
        "examples/move-from-helm",
        "the program that was run here; on your cluster: set clusterName, then `pulumi preview`, which writes nothing",
    ],
    [
        "docs/move-from-helm.md",
        "moving step by step: until, handover, settings, releases of Flux, Argo CD and Terraform",
    ],
    ["docs/permissions.md", "what the role that previews, and the one that moves, must be allowed to do"],
    ["examples/quick-start", "a cluster without the operator: everything from the cluster's name"],
];

export function ending(proved: readonly string[]): string[] {
    const width = Math.max(...NEXT.map(([command]) => command.length));
    return [
        "",
        "What was proved, on a real API server with emulated AWS:",
        ...proved.map((line) => `   - ${line}`),
        "",
        "What to try next:",
        ...NEXT.map(([command, what]) => `   ${command.padEnd(width)}  ${what}`),
    ];
}
