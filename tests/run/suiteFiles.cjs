// The suites: which test files belong to each, and how it is run. Data only.

/**
 * They run side by side, as many as WORKERS says, in this order: the longest of all, then short ones, so that a mistake shows early, then what starts control
 * planes, each suite one of its own, the longest first. What measures pauses runs alone at the end.
 */
module.exports = {
    // Real processes and control planes on a machine that others may use: a test that missed a time limit is tried once more, and the end says so.
    e2eTrouble: { files: "tests/e2e/trouble.test.ts", retries: 1 },
    // The longest on one processor.
    provider: {
        files: "tests/provider/**/*.test.ts",
        // A simulated move makes much that is garbage at once: in a larger nursery it costs a tenth less.
        nodeFlags: ["--min-semi-space-size=64", "--max-semi-space-size=64"],
    },
    component: { files: "tests/component/!(*.sandbox).test.ts" },
    plugin: { files: "tests/plugin/!(*.sandbox).test.ts" },
    report: { files: "tests/report/*.test.ts" },
    policy: { files: "tests/policy/*.test.ts" },
    fleet: { files: "tests/fleet/!(*.sandbox).test.ts" },
    docs: { files: "tests/{docs,package}/*.test.ts" },
    e2eFaults: { files: "tests/e2e/@(faults|seamlessKills).test.ts", retries: 1 },
    e2eRivals: { files: "tests/e2e/rivals.test.ts", retries: 1 },
    sandbox: { files: "tests/sandbox/*.test.ts", retries: 1 },
    componentSandbox: { files: "tests/component/*.sandbox.test.ts", retries: 1 },
    pluginSandbox: { files: "tests/plugin/*.sandbox.test.ts", retries: 1 },
    fleetSandbox: { files: "tests/fleet/*.sandbox.test.ts", retries: 1 },
    e2eMove: { files: "tests/e2e/move.test.ts", retries: 1, alone: true },
    // The rest of the end-to-end tests takes another half hour: `make test-e2e`.
    e2eLong: {
        files: "tests/e2e/!(faults|move|rivals|seamlessKills|trouble).test.ts",
        retries: 1,
        limitMinutes: 60,
        onRequest: true,
        alone: true,
    },
};
