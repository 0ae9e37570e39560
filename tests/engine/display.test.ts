// What people see: property values and differences, rows and report of a deployment, from events alone.
import assert from "node:assert/strict";
import { Display, type Renderer } from "../../sandbox/engine/display/display";
import { PlainLines } from "../../sandbox/engine/display/plainLines";
import { differenceLines, propertyLines } from "../../sandbox/engine/display/propertyText";
import type { EngineEvent } from "../../sandbox/engine/events";
import type { ResourceState } from "../../sandbox/engine/state";
import { SECRET, SIGNATURE, UNKNOWN } from "../../sandbox/engine/values";

const STACK = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev";
const MOVE = "urn:pulumi:dev::demo::pulumi-nodejs:dynamic/hyperpod:HelmToAddonMigration::move";
const secret = (value: string) => ({ [SIGNATURE]: SECRET, value });

describe("property text", () => {
    it("shows an array one item per line, secrets and unknowns as such, JSON texts as what they say", () => {
        const lines = propertyLines(
            {
                plan: ["1. lock", "2. back up"],
                token: secret("hunter2"),
                arn: UNKNOWN,
                values: '{"replicas":2}',
                none: null,
            },
            2,
        );
        assert.deepEqual(lines, [
            "        arn   : [unknown]",
            "        plan  : [",
            '            [0]: "1. lock"',
            '            [1]: "2. back up"',
            "        ]",
            "        token : [secret]",
            "        values: {",
            "            replicas: 2",
            "        }",
        ]);
    });

    it("shows only what differs, by path", () => {
        const lines = differenceLines(
            { plan: ["1. lock", "2. old"], size: 1, gone: "x", token: secret("a") },
            { plan: ["1. lock", "2. new", "3. more"], size: 1, token: secret("b") },
            2,
            { unchanged: false, isPreview: false },
        );
        assert.deepEqual(lines, [
            '      - gone : "x"',
            "      ~ plan : [",
            '          ~ [1]: "2. old" => "2. new"',
            '          + [2]: "3. more"',
            "        ]",
            "      ~ token: [secret] => [secret]",
        ]);
    });
});

describe("the display of a deployment", () => {
    it("prints each step of a resource's progress once, and the messages that are kept again under Diagnostics", () => {
        const text = show(false, [
            begin("create", STACK),
            begin("create", MOVE, { clusterName: "demo" }),
            message(MOVE, "install: waiting for add-on (CREATING)", true),
            message(MOVE, "install: waiting for add-on (CREATING)", true),
            message(MOVE, "kept for later", false),
            end("create", MOVE, { clusterName: "demo" }),
            end("create", STACK),
            summary(false, { create: 2 }),
        ]);
        const progress = text.split("\n").filter((line) => line.includes("waiting for add-on"));
        assert.deepEqual(progress.length, 1);
        assert.match(
            progress[0] ?? "",
            /^ \+ {2}pulumi-nodejs:dynamic\/hyperpod:HelmToAddonMigration move creating \(\ds\) install: waiting for add-on \(CREATING\)$/,
        );
        assert.match(
            text,
            /Diagnostics:\n {2}pulumi-nodejs:dynamic\/hyperpod:HelmToAddonMigration \(move\):\n {4}kept for later\n/,
        );
        assert.match(text, /Resources:\n {4}\+ 2 created\n\nDuration: /);
    });

    it("shows the inputs of a new resource for --diff, without the provider's code", () => {
        const inputs = { __provider: "exports.handler = 1", plan: ["1. lock"], noise: "x" };
        const text = show(true, [
            begin("create", MOVE, inputs, ["noise"]),
            end("create", MOVE, inputs, ["noise"]),
            summary(true, { create: 1 }),
        ]);
        assert.match(text, / {8}plan : \[\n {12}\[0\]: "1\. lock"\n {8}\]/);
        assert.match(text, /noise: "x"/);
        assert.doesNotMatch(text, /exports\.handler/);
    });

    it("never prints a secret", () => {
        const inputs = {
            password: secret("hunter2"),
            list: [secret("hunter2")],
            nested: { deep: secret("hunter2") },
        };
        const text = show(true, [
            begin("create", STACK),
            begin("create", MOVE, inputs),
            end("create", MOVE, inputs),
            { kind: "end", op: "create", urn: STACK, new: { ...state(STACK, {}), outputs: inputs } },
            summary(true, { create: 2 }),
        ]);
        assert.doesNotMatch(text, /hunter2/);
        assert.equal(text.match(/\[secret\]/g)?.length, 6);
    });
});

function show(isPreview: boolean, events: EngineEvent[]): string {
    let text = "";
    const print = (part: string): void => {
        text += part;
    };
    const renderer: Renderer = new PlainLines(print);
    const display = new Display({
        title: "Updating (dev):",
        project: "demo",
        stack: "dev",
        isPreview,
        showDetails: isPreview,
        suppressOutputs: false,
        renderer,
        print,
    });
    events.forEach(display.take);
    return text;
}

function state(urn: string, inputs: ResourceState["inputs"], hideDiff: string[] = []): ResourceState {
    return { urn, custom: urn !== STACK, type: urn.split("::")[2] ?? "", inputs: inputs ?? {}, hideDiff };
}

function begin(
    op: "create",
    urn: string,
    inputs: ResourceState["inputs"] = {},
    hideDiff: string[] = [],
): EngineEvent {
    return { kind: "begin", op, urn, new: state(urn, inputs, hideDiff) };
}

function end(
    op: "create",
    urn: string,
    inputs: ResourceState["inputs"] = {},
    hideDiff: string[] = [],
): EngineEvent {
    return { kind: "end", op, urn, new: state(urn, inputs, hideDiff) };
}

function message(urn: string, text: string, ephemeral: boolean): EngineEvent {
    return { kind: "message", severity: "info", urn, text, ephemeral };
}

function summary(isPreview: boolean, resourceChanges: { create: number }): EngineEvent {
    return {
        kind: "summary",
        isPreview,
        result: "succeeded",
        maybeCorrupt: false,
        resourceChanges,
        seconds: 1,
    };
}
