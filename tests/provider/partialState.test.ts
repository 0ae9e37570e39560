// A failed move's state must reach the engine, however large the journal is.
import assert from "node:assert/strict";
import { fitIntoTrailer, PARTIAL_STATE_LIMIT } from "../../provider/pulumi/partialState";

const text = (length: number): string => "x".repeat(length);

describe("the state of a failed move", () => {
    it("keeps the whole journal while it fits", () => {
        const properties = {
            phase: "Moving",
            journal: { document: text(100), hash: "h", backup: text(1000) },
        };
        assert.deepEqual(fitIntoTrailer(properties), properties);
    });

    it("leaves the backup to the cluster's copy when it is too large", () => {
        const journal = { document: text(1000), hash: "h", backup: text(200_000) };
        assert.deepEqual(fitIntoTrailer({ phase: "Moving", journal }), {
            phase: "Moving",
            journal: { document: text(1000), hash: "h" },
        });
    });

    it("leaves the journal out when even its document is too large, and keeps everything else", () => {
        const journal = { document: text(PARTIAL_STATE_LIMIT), hash: "h", backup: "" };
        assert.deepEqual(fitIntoTrailer({ phase: "Moving", __provider: "p", journal }), {
            phase: "Moving",
            __provider: "p",
        });
    });
});
