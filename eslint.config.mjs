// The type-aware rules that catch Pulumi mistakes, and the one-way doors between the rooms of the house.
import tseslint from "typescript-eslint";

const sdkOnly = {
    group: ["@pulumi/*"],
    message: "Pulumi appears only in components/, the resource class and the adapters of the life cycle.",
};

/** Files of a room may not import what lies behind its closed doors. */
function doors(files, patterns, ignores = []) {
    return { files, ignores, rules: { "no-restricted-imports": ["error", { patterns }] } };
}

export default tseslint.config(
    {
        ignores: [
            "dist/",
            ".cache/",
            "coverage/",
            "node_modules/",
            "**/node_modules/",
            "tests/engine/traces/",
            "examples/",
            "*.mjs",
            "**/*.cjs",
        ],
    },
    {
        files: ["**/*.ts"],
        languageOptions: {
            parser: tseslint.parser,
            parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
        },
        plugins: { "@typescript-eslint": tseslint.plugin },
        linterOptions: { reportUnusedDisableDirectives: true },
    },
    {
        files: ["provider/**/*.ts", "components/**/*.ts"],
        rules: {
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/only-throw-error": "error",
            "@typescript-eslint/switch-exhaustiveness-check": [
                "error",
                { considerDefaultExhaustiveForUnions: true },
            ],
            "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
        },
    },
    doors(
        ["common/**/*.ts"],
        [
            {
                regex: "^(\\.\\./)+(components|provider)/",
                message: "common/ knows neither half of the house.",
            },
            sdkOnly,
        ],
    ),
    doors(
        ["components/**/*.ts"],
        [
            {
                regex: "^\\.\\./provider/(?!(pulumi/(helmToAddonMigration|inputs|outputs)|plan/plan|resources/\\w+)$)",
                message: "components/ may import the resource classes and their public types only.",
            },
        ],
    ),
    doors(
        ["provider/plan/*.ts", "provider/settings/*.ts", "provider/addons/*.ts", "provider/identities/*.ts"],
        [
            sdkOnly,
            { regex: "^node:", message: "The plan is pure: no clock, no files, no environment, no network." },
            { regex: "adapters/", message: "The plan knows no adapter." },
            { regex: "@aws-sdk|@kubernetes", message: "The plan knows no vendor." },
        ],
    ),
    doors(
        ["provider/engine/*.ts"],
        [
            sdkOnly,
            {
                regex: "adapters/|@aws-sdk|@kubernetes",
                message: "The engine knows no adapter and no vendor.",
            },
            {
                regex: "\\.\\./(steps|operations|profiles|pulumi)/",
                message: "The engine knows no step and no add-on.",
            },
        ],
    ),
    doors(
        ["provider/steps/*.ts"],
        [
            sdkOnly,
            { regex: "^\\./(?!(index|stepTimeouts)$)", message: "Steps never import each other." },
            {
                regex: "adapters/|@aws-sdk|@kubernetes",
                message: "Steps speak to the world through its ports.",
            },
        ],
        ["provider/steps/index.ts"],
    ),
    doors(
        [
            "provider/operations/**/*.ts",
            "provider/discovery/*.ts",
            "provider/profiles/*.ts",
            "provider/kubernetes/*.ts",
        ],
        [
            sdkOnly,
            { regex: "adapters/|@aws-sdk|@kubernetes", message: "Speaks to the world through its ports." },
        ],
    ),
    doors(
        ["provider/adapters/**/*.ts"],
        [
            sdkOnly,
            {
                regex: "\\.\\./(plan|engine/saga|steps|pulumi)/",
                message: "Adapters know nothing of plan, saga or steps.",
            },
        ],
    ),
    doors(
        ["provider/**/*.ts"],
        [sdkOnly],
        [
            "provider/pulumi/**",
            "provider/installation/**",
            "provider/process/engineLog.ts",
            "provider/resources/**",
            "provider/adapters/**",
            "provider/steps/**",
            "provider/operations/**",
            "provider/discovery/**",
            "provider/profiles/**",
            "provider/kubernetes/**",
            "provider/plan/**",
            "provider/engine/**",
            "provider/settings/**",
            "provider/addons/**",
            "provider/identities/**",
        ],
    ),
);
