// The policy package as npm would publish it: what Pulumi and other packs need, and nothing else.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { buildPolicies } from "../component/builtPackage";

const root = path.resolve(__dirname, "../../policy");
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

describe("the policy package", function () {
    this.timeout(120_000);
    let files: string[];

    before(() => {
        buildPolicies();
        const options = { cwd: root, encoding: "utf8", timeout: 60_000 } as const;
        const said = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], options);
        const [packed] = JSON.parse(said);
        files = packed.files.map((file: { path: string }) => file.path);
    });

    it("holds the built policies, their project file and levels, and nothing else", () => {
        const strangers = files.filter(
            (file) =>
                !/^(dist\/(index|policies\/\w+)\.(js|d\.ts)|package\.json|README\.md|LICENSE|PulumiPolicy\.yaml|production\.json)$/.test(
                    file,
                ),
        );
        assert.deepEqual(strangers, []);
        for (const file of ["PulumiPolicy.yaml", "production.json", "README.md", "LICENSE", "dist/index.js"])
            assert.ok(files.includes(file), file);
    });

    it("has every file that its exports name", () => {
        for (const target of Object.values<string | Record<string, string>>(manifest.exports))
            for (const file of typeof target === "string" ? [target] : Object.values(target)) {
                assert.ok(existsSync(path.join(root, file)), file);
                assert.ok(files.includes(path.posix.normalize(file)), file);
            }
    });

    it("serves nothing when a pack of somebody else imports its policies", () => {
        // A pack that serves says its port and does not end.
        const script = "console.log(require('pulumi-hyperpod-inference-policy/policies').policies.length)";
        const said = execFileSync(process.execPath, ["-e", script], {
            cwd: path.join(root, ".."),
            encoding: "utf8",
            timeout: 60_000,
        });
        assert.equal(said.trim(), "9");
    });
});
