// Mocha's spec reporter, and beside it a file with the counts and the failures, so that several suites can be added up.
const { writeFileSync } = require("node:fs");
const { reporters, Runner } = require("mocha");

class CountingReporter extends reporters.Spec {
    constructor(runner, options) {
        super(runner, options);
        const file = options.reporterOptions?.output;
        runner.once(Runner.constants.EVENT_RUN_END, () => {
            if (!file) return;
            const { passes, failures, pending, duration } = runner.stats;
            writeFileSync(
                file,
                JSON.stringify({
                    passed: passes,
                    failed: failures,
                    skipped: pending,
                    milliseconds: duration,
                }),
            );
        });
    }
}

module.exports = CountingReporter;
