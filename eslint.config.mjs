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
        ["components/**/*.ts"],
        [
            {
                regex: "^\\.\\./provider/(?!(helmToAddonMigration|inputs|plan|outputs|health/\\w+)$)",
                message: "components/ may import the resource classes and their public types only.",
            },
        ],
    ),
    doors(
        [
            "provider/plan.ts",
            "provider/planMove.ts",
            "provider/planLines.ts",
            "provider/saga.ts",
            "provider/settings.ts",
            "provider/versions.ts",
        ],
        [
            sdkOnly,
            { regex: "^node:", message: "The plan is pure: no clock, no files, no environment, no network." },
            { regex: "adapters/", message: "The plan and the saga know no adapter." },
            { regex: "@aws-sdk|@kubernetes", message: "The plan and the saga know no vendor." },
        ],
    ),
    doors(
        ["provider/steps/*.ts"],
        [
            sdkOnly,
            { regex: "^\\./(?!index$)", message: "Steps never import each other." },
            {
                regex: "adapters/|@aws-sdk|@kubernetes",
                message: "Steps speak to the world through its ports.",
            },
        ],
        ["provider/steps/index.ts"],
    ),
    doors(
        ["provider/operations/*.ts", "provider/discover/*.ts", "provider/profiles/*.ts"],
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
                regex: "\\.\\./(plan|planMove|planLines|saga|steps/|lifecycle|session)",
                message: "Adapters know nothing of plan, saga or steps.",
            },
        ],
    ),
    doors(
        ["provider/**/*.ts"],
        [sdkOnly],
        [
            "provider/helmToAddonMigration.ts",
            "provider/discoverHelmInstallationOutput.ts",
            "provider/wayBackResource.ts",
            "provider/progressUrn.ts",
            "provider/health/*.ts",
            "provider/adapters/**",
            "provider/steps/**",
            "provider/operations/**",
            "provider/discover/**",
            "provider/profiles/**",
            "provider/plan*.ts",
            "provider/saga.ts",
            "provider/settings.ts",
            "provider/versions.ts",
        ],
    ),
);
