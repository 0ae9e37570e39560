// What a person shall see when arguments of the component cannot be used or a look-up fails, whichever door of Pulumi it came through.
import assert from "node:assert/strict";
import type { PulumiRun } from "../../sandbox/pulumi/driver";

export interface Failure {
    readonly what: string;
    readonly args: object;
    /** From outputs of the program. */
    readonly later?: object;
    readonly told: readonly RegExp[];
}

export const FAILURES: readonly Failure[] = [
    {
        what: "plain arguments",
        args: { clusterName: "demo", region: "x", rolePath: "x" },
        told: [
            /error: .*The arguments of HyperPodInferenceAddon "inference" cannot be used:/,
            /region: must be an AWS Region/,
            /rolePath: must be an IAM path/,
        ],
    },
    {
        what: "arguments that come from outputs",
        args: { clusterName: "demo" },
        later: { executionRoleArn: "nonsense", nodeSelector: { pool: "a b" } },
        told: [
            /error: .*The arguments of HyperPodInferenceAddon "inference" cannot be used:/,
            /executionRoleArn: must be the ARN of an IAM role/,
            /nodeSelector\["pool"\]: must be a label value/,
        ],
    },
    {
        what: "a cluster that is not there",
        args: { clusterName: "demmo" },
        told: [
            /error: .*HyperPodInferenceAddon: getCluster: .*demmo.*; did you mean demo\?/,
            /next: check clusterName and region: `aws eks list-clusters`/,
        ],
    },
];

/** Each line once among the diagnostics, in its own words, without a stack trace. */
export function assertToldOnce(run: PulumiRun, told: readonly RegExp[]): void {
    const text = `${run.stdout}\n${run.stderr}`;
    const [, diagnostics = ""] = text.split("Diagnostics:");
    assert.notEqual(run.exitCode, 0, text);
    for (const line of told)
        assert.equal(diagnostics.match(new RegExp(line, "g"))?.length, 1, `${line} in\n${text}`);
    assert.doesNotMatch(text, /\n +at .*[:)]\d*|error serializing|unhandled|RejectionHandled/);
}
