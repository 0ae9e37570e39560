// The process of the provider keeps little memory for garbage: a second of many short-lived objects does not let its young generation grow.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const GARBAGE = `
for (let round = 0; round < 400; round++) {
    const some = [];
    for (let index = 0; index < 5000; index++) some.push({ index, text: "t" + index });
}
const space = require("node:v8").getHeapSpaceStatistics().find((one) => one.space_name === "new_space");
console.log(space.space_size);
`;

function youngGenerationOf(first: string): number {
    const run = ["--require", "ts-node/register", "-e", first + GARBAGE];
    return Number(execFileSync(process.execPath, run, { cwd: ROOT, encoding: "utf8" })) / 2 ** 20;
}

describe("the provider's process", () => {
    it("keeps its young generation small", () => {
        const small = youngGenerationOf('require("./provider/process/smallHeap");');
        const usual = youngGenerationOf("");
        assert.ok(small > 0 && small * 8 <= usual, `${small} MB, and ${usual} MB as usual`);
    });
});
