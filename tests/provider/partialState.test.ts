// A failed move's state must reach the engine, however large the journal is.
import assert from "node:assert/strict";
import { fitIntoTrailer, PARTIAL_STATE_LIMIT } from "../../provider/pulumi/partialState";

const text = (length: number): string => "x".repeat(length);

describe("the state of a failed move", () => {
    it("keeps the whole journal while it fits: 450 KiB of backup do", () => {
        const properties = {
            phase: "Moving",
            journal: { document: text(30 * 1024), hash: "h", backup: text(450 * 1024) },
        };
        assert.deepEqual(fitIntoTrailer(properties), { properties, told: [] });
    });

    it("leaves the backup to the cluster's copy when it is too large", () => {
        const journal = { document: text(1000), hash: "h", backup: text(PARTIAL_STATE_LIMIT) };
        const { properties, told } = fitIntoTrailer({ phase: "Moving", journal });
        assert.deepEqual(properties, { phase: "Moving", journal: { document: text(1000), hash: "h" } });
        assert.match(
            told.join(),
            /^the backup is too large for the state \(514 KiB\): .*Secrets in the cluster$/,
        );
    });

    it("leaves the journal out when even its document is too large, and keeps everything else", () => {
        const journal = { document: text(PARTIAL_STATE_LIMIT), hash: "h", backup: "" };
        const { properties, told } = fitIntoTrailer({ phase: "Moving", __provider: "p", journal });
        assert.deepEqual(properties, { phase: "Moving", __provider: "p" });
        assert.match(told.join(), /^the journal is too large/);
    });
});
