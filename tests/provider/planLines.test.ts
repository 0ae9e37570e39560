// The preview's lines: short enough that a CLI shows them whole, and nothing of them lost by wrapping.
import assert from "node:assert/strict";
import { wrapLine } from "../../provider/plan/previewLine";
import { assertDone, startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

describe("the plan in a preview", () => {
    it("has no line that a CLI would cut off at 150 characters, and one numbered line per step", async () => {
        const { world, snapshot } = startOf();
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const lines = stack.resource?.inputs.plan as string[];
        assert.ok(lines.length >= 11);
        for (const line of lines) assert.ok(line.length <= 150, line);
        const numbers = lines.map((line) => /^ ?(\d+) \w+/.exec(line)?.[1]).filter(Boolean);
        assert.deepEqual(
            numbers,
            Array.from({ length: 11 }, (_, index) => String(index + 1)),
        );
    });

    describe("wrapping", () => {
        const arn =
            "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/k8s-teamb-albdeeps-97eae72b6a/58474a956256595b";
        const after =
            " of InferenceEndpointConfig team-b/deepseek15b: tag CreatedBy changes; an undo puts it back";
        const cases: [what: string, text: string, longest: number][] = [
            ["a short line", "nothing is missing", 150],
            ["an ARN after few words", `load balancer ${arn}${after}`, 150],
            ["an ARN at the start", `${arn}${after}`, 150],
            ["words without commas", "word ".repeat(60).trim(), 150],
            ["a word that no line holds", `object s3://${"x".repeat(200)}${after}`, 17 + 205],
            ["nothing but such a word", "x".repeat(200), 17 + 200],
        ];
        for (const [what, text, longest] of cases) {
            it(`of ${what} loses nothing, and cuts off nothing but a word that is too long`, () => {
                const lines = wrapLine(`   note          ${text}`);
                assert.equal(lines.map((line) => line.slice(17)).join(" "), text);
                for (const line of lines) {
                    assert.ok(line.length <= longest, line);
                    assert.ok(line.length <= 150 || !line.slice(17, -1).includes(" "), line);
                }
            });
        }
    });
});
