// One Pulumi: the CLI that is built, the SDK that the programs use, and what package.json and the lock file pin.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pulumiVersion } from "../../sandbox/tools/recipe";

const root = join(__dirname, "../..");
const read = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));

describe("the pinned Pulumi", () => {
    it("is of one version as CLI and as SDK", () => {
        assert.match(pulumiVersion, /^3\.\d+\.\d+$/);
        assert.equal(read("package.json").devDependencies["@pulumi/pulumi"], pulumiVersion);
        assert.equal(
            read("package-lock.json").packages["node_modules/@pulumi/pulumi"].version,
            pulumiVersion,
        );
        assert.equal(read("node_modules/@pulumi/pulumi/package.json").version, pulumiVersion);
    });
});
