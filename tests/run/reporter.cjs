// Mocha's spec reporter, and beside it a file with the counts and what failed or was tried again, so that several suites can be added up.
const { writeFileSync } = require("node:fs");
const { reporters, Runner } = require("mocha");

class CountingReporter extends reporters.Spec {
    constructor(runner, options) {
        super(runner, options);
        const file = options.reporterOptions?.output;
        const named = [];
        const note = (test, error, ending) =>
            named.push(`${test.fullTitle()}: ${ending}${String(error?.message ?? error).slice(0, 600)}`);
        runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => note(test, error, ""));
        runner.on(Runner.constants.EVENT_TEST_RETRY, (test, error) =>
            note(test, error, "tried again after: "),
        );
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
                    named,
                }),
            );
        });
    }
}

module.exports = CountingReporter;
