// The doors of the house: which room imports which. Closed by default: what stands in no list is an error.

/** Room of provider/ -> rooms that it may import, besides itself, common/ and the ports. */
const ROOMS = {
    ports: [],
    profiles: ["addons"],
    addons: ["profiles"],
    identities: ["profiles"],
    kubernetes: [],
    settings: ["profiles"],
    engine: [],
    process: ["engine"],
    permissions: ["discovery", "identities"],
    discovery: ["addons", "identities", "kubernetes", "permissions", "profiles", "settings"],
    plan: ["addons", "discovery", "identities", "kubernetes", "permissions", "profiles", "settings"],
    planning: ["addons", "discovery", "permissions", "plan"],
    operations: ["addons", "engine", "identities", "kubernetes", "plan", "profiles", "settings"],
    steps: ["addons", "engine", "kubernetes", "operations", "plan", "profiles"],
    adapters: ["kubernetes"],
    connection: ["adapters", "engine"],
    report: ["engine", "plan", "pulumi"],
    installation: [
        "connection",
        "discovery",
        "permissions",
        "plan",
        "planning",
        "process",
        "profiles",
        "pulumi",
    ],
    pulumi: [
        "adapters",
        "connection",
        "discovery",
        "engine",
        "installation",
        "operations",
        "permissions",
        "plan",
        "planning",
        "process",
        "profiles",
        "report",
        "settings",
        "steps",
    ],
    resources: ["adapters", "addons", "kubernetes", "process", "profiles", "pulumi", "settings"],
};

/** Room of sandbox/ -> rooms of it that it may import, besides itself. What works on a started sandbox gets its handle; it starts none. */
const SANDBOX_ROOMS = {
    tools: [],
    aws: ["tools"],
    faults: [],
    compare: [],
    kubernetes: ["tools"],
    pulumi: ["tools"],
    watch: ["kubernetes"],
    content: ["sandboxHandle.ts", "kubernetes"],
    demo: ["compare", "content", "sandboxHandle.ts", "kubernetes", "watch"],
    bench: ["compare", "content", "faults", "sandboxHandle.ts", "pulumi", "watch"],
    "aws-provider": [],
    "kubernetes-provider": ["aws-provider"],
};
/** Files directly in sandbox/ that put a sandbox together; the others there are commands. */
const ASSEMBLY =
    "^sandbox/(baselinesOf|sandboxHandle|startedParts|runningSandbox|sandbox|sandboxNames|userEnvironment)\\.ts$";

/** Where Pulumi's own packages appear. */
const DOORS = "^(components/|provider/(pulumi|installation)/|provider/profiles/dependencyInputs\\.ts$)";
/** Types that a journal, a plan or a picture of the cluster is made of; code of the plan stays behind its door. */
const TYPES_OF_THE_PLAN = "^provider/(engine|permissions|discovery)/";

module.exports = {
    forbidden: [
        {
            name: "no-circular",
            comment: "Nothing is read in a circle.",
            severity: "error",
            from: {},
            to: { circular: true },
        },
        {
            name: "rooms-only",
            comment: "Every file of provider/ stands in a room.",
            severity: "error",
            from: {},
            to: { path: "^provider/[^/]+$" },
        },
        {
            name: "steps-alone",
            comment: "Steps never import each other.",
            severity: "error",
            from: { path: "^provider/steps/", pathNot: "^provider/steps/index\\.ts$" },
            to: { path: "^provider/steps/" },
        },
        {
            name: "pure-rooms",
            comment: "No clock, no files, no environment, no network.",
            severity: "error",
            from: { path: "^provider/(plan|settings|addons|identities|profiles|permissions|kubernetes)/" },
            to: { dependencyTypes: ["core"] },
        },
        {
            name: "tests-last",
            comment: "Nothing but tests stands on tests.",
            severity: "error",
            from: { pathNot: "^tests/" },
            to: { path: "^tests/" },
        },
        {
            name: "in-memory",
            comment: "What is tested in memory starts no sandbox.",
            severity: "error",
            from: { path: "^tests/(docs|package|provider|report)/" },
            to: { path: "^sandbox/", pathNot: "^sandbox/(compare/|kubernetes/|pulumi/|bench/table\\.ts$)" },
        },
    ],
    allowed: [
        { from: { pathNot: "^(common|components|plugin|policy|provider|sandbox|tools)/" }, to: {} },
        // A package of its own: it must run where this one is not installed.
        { from: { path: "^policy/" }, to: { path: "^(policy|node_modules/@pulumi/policy)/" } },
        { from: { path: "^common/" }, to: { path: "^common/" } },
        { from: { path: "^common/hash\\.ts$" }, to: { path: "^crypto$" } },
        { from: { path: "^common/errors\\.ts$" }, to: { path: "^util$" } },
        {
            from: { path: "^tools/schema/" },
            to: { path: "^provider/pulumi/(packageHome|alwaysSecret)\\.ts$" },
        },
        { from: { path: "^components/" }, to: { path: "^(common|components)/" } },
        {
            from: { path: "^components/" },
            to: {
                path: "^provider/(pulumi/(helmToAddonMigration|packageHome|inputs|outputs)|plan/plan|profiles/\\w+|resources/\\w+)\\.ts$",
            },
        },
        {
            from: { path: "^plugin/" },
            to: { path: "^(common|components|plugin|provider/(process|pulumi|resources))/" },
        },
        // The folder as users get it holds the published package.
        { from: { path: "^plugin/index\\.js$" }, to: { path: "^pulumi-resource-hyperpod-inference$" } },
        { from: { path: "^plugin/main\\.ts$" }, to: { path: "^provider/connection/connect\\.ts$" } },
        {
            from: { path: "^plugin/" },
            to: {
                path: "^node_modules/(@pulumi/pulumi|@grpc/grpc-js|google-protobuf|@types/google-protobuf)/",
            },
        },
        { from: { path: DOORS }, to: { path: "^node_modules/@pulumi/" } },
        { from: { path: "^provider/" }, to: { dependencyTypes: ["core"] } },
        { from: { path: "^provider/" }, to: { path: "^(common|provider/ports)/" } },
        { from: { path: "^provider/([^/]+)/" }, to: { path: "^provider/$1/" } },
        ...Object.entries(ROOMS).flatMap(([room, others]) =>
            others.map((other) => ({
                from: { path: `^provider/${room}/` },
                to: { path: `^provider/${other}/` },
            })),
        ),
        { from: { path: "^sandbox/" }, to: { path: "^node_modules/" } },
        { from: { path: "^sandbox/" }, to: { dependencyTypes: ["core"] } },
        { from: { path: "^sandbox/([^/]+)/" }, to: { path: "^sandbox/$1/" } },
        ...Object.entries(SANDBOX_ROOMS).flatMap(([room, others]) =>
            others.map((other) => ({
                from: { path: `^sandbox/${room}/` },
                to: { path: `^sandbox/${other}` },
            })),
        ),
        { from: { path: ASSEMBLY }, to: { path: [ASSEMBLY, "^sandbox/(aws|faults|kubernetes|tools)/"] } },
        { from: { path: "^sandbox/[^/]+$", pathNot: ASSEMBLY }, to: { path: "^sandbox/" } },
        // As a user's program: the built package.
        { from: { path: "^sandbox/bench/program/" }, to: { path: "^dist/index\\.js$" } },
        // One EKS token for all who speak to a cluster.
        {
            from: { path: "^sandbox/kubernetes-provider/" },
            to: { path: "^provider/adapters/aws/(clusterToken|session)\\.ts$" },
        },
        { from: { path: "^tools/" }, to: { path: "^node_modules/" } },
        { from: { path: "^tools/" }, to: { dependencyTypes: ["core"] } },
        { from: { path: "^tools/([^/]+)/" }, to: { path: "^tools/$1/" } },
        { from: { path: "^tools/permissions/" }, to: { path: "^(common|provider/(permissions|profiles))/" } },
        {
            from: { path: TYPES_OF_THE_PLAN },
            to: { path: "^provider/plan/", dependencyTypes: ["type-only"] },
        },
        { from: { path: "^provider/engine/" }, to: { path: "^provider/plan/plan\\.ts$" } },
        { from: { path: "^provider/permissions/" }, to: { path: "^provider/plan/plan\\.ts$" } },
        {
            from: { path: "^provider/(adapters|resources)/" },
            to: {
                path: "^node_modules/(@aws-sdk|@aws-crypto|@smithy|@kubernetes|https-proxy-agent|socks-proxy-agent|proxy-from-env|@types/proxy-from-env)/",
            },
        },
        {
            from: { path: "^provider/adapters/x509Certificates\\.ts$" },
            to: { path: "^node_modules/(@peculiar/x509|reflect-metadata)/" },
        },
        {
            from: { path: "^provider/(adapters|settings)/" },
            to: { path: "^node_modules/(js-yaml|@types/js-yaml)/" },
        },
        { from: { path: "^provider/(settings|resources)/" }, to: { path: "^node_modules/ajv/" } },
    ],
    allowedSeverity: "error",
    options: {
        doNotFollow: { path: "node_modules" },
        exclude: { path: "^policy/dist/" },
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
    },
};
