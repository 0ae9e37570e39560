// What the engine and a person get from any dynamic resource of the package, whatever its methods answer or throw.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ErrorCode, MigrationError, Refusal } from "../../common/errors";
import { printNoToldErrors } from "../../provider/process/toldErrors";
import { callsAtWork, type DynamicProvider, guarded } from "../../provider/pulumi/guardMethods";
import { PartialFailure } from "../../provider/pulumi/partialState";
import type { Bag } from "../../provider/pulumi/propertyBag";
import { tellErrors } from "../../provider/resources/tellErrors";

const told = { code: ErrorCode.ModelsRemain, step: "destroy", what: "models remain", remedy: "delete them" };

function resource(over: Partial<DynamicProvider>) {
    const quiet: DynamicProvider = {
        check: (_olds, inputs) => ({ inputs }),
        diff: () => ({ changes: false }),
        create: (outs) => ({ id: "id", outs }),
        read: (id, props) => ({ id, props }),
        update: (_id, _olds, outs) => ({ outs }),
        delete: () => undefined,
    };
    return guarded(tellErrors("a resource", { ...quiet, ...over }));
}

const thrown = (call: Promise<unknown>): Promise<Bag & Error> =>
    call.then(
        () => assert.fail("nothing was thrown"),
        (error: unknown) => error as Bag & Error,
    );

describe("the guard around dynamic resources", () => {
    it("answers plain JSON: no undefined, which the wire refuses after the work was done", async () => {
        const { outs } = await resource({
            create: () => ({ id: "id", outs: { a: undefined, b: new Date(0) } }),
        }).create({});
        assert.deepEqual(outs, { b: "1970-01-01T00:00:00.000Z" });
        assert.equal("a" in outs, false);
    });

    it("tells a refusal once, as one that changed nothing", async () => {
        const error = await thrown(
            resource({
                delete: () => {
                    throw new Refusal(told);
                },
            }).delete("id", {}),
        );
        assert.equal(error.message, "destroy: models remain [HP140]\nnext: delete them");
        assert.deepEqual([error.code, error.stack], [9, ""]);
        const printed: unknown[] = [];
        const print = console.error;
        try {
            console.error = (line: unknown) => void printed.push(line);
            printNoToldErrors();
            // As Pulumi's dynamic-provider process does it beside the answer.
            console.error(`${error}: ${error.stack}`);
            console.error(`${new Error("of somebody else")}: stack`);
        } finally {
            console.error = print;
        }
        assert.deepEqual(printed, ["Error: of somebody else: stack"]);
    });

    it("does not call a failure half-way a refusal", async () => {
        const error = await thrown(
            resource({ delete: () => Promise.reject(new MigrationError(told)) }).delete("id", {}),
        );
        assert.equal(error.code, undefined);
    });

    it("gives foreign errors a code and a way on, and takes their id, which would pass for partial state", async () => {
        const foreign = Object.assign(new Error("no"), { name: "AccessDeniedException", id: "foreign" });
        const error = await thrown(resource({ create: () => Promise.reject(foreign) }).create({}));
        assert.match(error.message, /^a resource: no \[HP132\]\nnext: /);
        assert.equal(error.id, undefined);
    });

    it("keeps what a failed create or update left behind, with the stub that deletes it", async () => {
        const fail = () => Promise.reject(new PartialFailure("id", { a: 1, b: undefined }, ["why"]));
        const failing = resource({ create: fail, update: fail });
        for (const call of [
            failing.create({ __provider: "stub" }),
            failing.update("id", {}, { __provider: "stub" }),
        ]) {
            const { id, properties, reasons } = await thrown(call);
            assert.deepEqual([id, properties, reasons], ["id", { a: 1, __provider: "stub" }, ["why"]]);
        }
    });

    it("knows how many calls are at work, failed ones too", async () => {
        assert.equal(callsAtWork(), 0);
        const open = resource({ delete: () => Promise.reject(new Error("no")) }).delete("id", {});
        assert.equal(callsAtWork(), 1);
        await thrown(open);
        assert.equal(callsAtWork(), 0);
    });
});

describe("error codes", () => {
    it("each has its line in docs/troubleshooting.md", () => {
        const page = readFileSync(path.resolve(__dirname, "../../docs/troubleshooting.md"), "utf8");
        const rows = page.split("\n").flatMap((line) => /^\| ([^|]+) \|/.exec(line)?.[1] ?? []);
        const explained = new Set(rows.flatMap((cell) => cell.match(/HP\d{3}/g) ?? []));
        assert.deepEqual(
            Object.values(ErrorCode).filter((code) => !explained.has(code)),
            [],
        );
    });
});
