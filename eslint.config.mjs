// The type-aware rules that catch Pulumi mistakes; the doors between the rooms stand in .dependency-cruiser.cjs.
import tseslint from "typescript-eslint";

export default tseslint.config(
    {
        ignores: [
            "**/dist/",
            ".cache/",
            "coverage/",
            "node_modules/",
            "**/node_modules/",
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
        files: ["provider/**/*.ts", "components/**/*.ts", "plugin/**/*.ts"],
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
);
