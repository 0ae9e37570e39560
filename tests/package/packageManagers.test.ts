// The packed package, installed by each package manager that people use, and asked as Pulumi asks it, by each Node.js: one row each.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Pulumi } from "../../sandbox/pulumi/driver";
import { problemsOf, registeredBy } from "./askedProgram";
import { type InstalledProgram, installProgram, programOf, type Wanted } from "./installedPrograms";
import { installer } from "./installers";
import { manifest, type PackedProject, packedProject, root, runWithout } from "./packed";
import { type RefusingCluster, refusingCluster } from "./refusingCluster";

const versionOf = (name: string) => ({ [name]: manifest.devDependencies[name].replace("^", "") as string });
const SDK = versionOf("@pulumi/pulumi");
/** The last that is made for Node.js 20. */
const SDK_OF_NODE_20 = { "@pulumi/pulumi": "3.248.0" };
const MOVE = ["WayBack", "HelmToAddonMigration"].map((kind) => `pulumi-nodejs:dynamic/hyperpod:${kind}`);

const NODE_24 = path.join(root, "node_modules/.bin/node");

describe("the package, as package managers install it", function () {
    this.timeout(600_000);
    let world: PackedProject;
    let tarball: string;
    let cluster: RefusingCluster;
    const node20 = () => installer("node 20");
    let projects = 0;

    before(async () => {
        const shared = packedProject();
        world = shared.world;
        tarball = shared.packed.tarball;
        cluster = await refusingCluster();
    });
    after(() => cluster?.stop());

    const install = (wanted: Wanted): InstalledProgram => {
        projects += 1;
        const folder = path.join(world.folder, `project-${projects}`);
        // npm unpacks for 15 s what it has unpacked for the first row already.
        if (wanted.manager === "npm") world.copyModules(folder);
        return installProgram(wanted, { tarball, args: cluster.args, root: folder });
    };
    const previewed = async (folder: string): Promise<string> => {
        const project = "name: program\nruntime: { name: nodejs, options: { typescript: false } }\n";
        writeFileSync(path.join(folder, "Pulumi.yaml"), project);
        const backendDirectory = path.join(world.folder, `backend-${projects}`);
        const pulumi = new Pulumi({ projectDirectory: folder, backendDirectory, env: {} });
        const { exitCode, stdout, stderr } = await pulumi.preview();
        assert.notEqual(exitCode, 0);
        return stdout + stderr;
    };
    /** The program registers the move, and its process reads AWS and asks the cluster. */
    const reachesTheCluster = async (folder: string, node: string) => {
        const registered = registeredBy(folder, node);
        assert.deepEqual(
            registered.map(({ type }) => type),
            MOVE,
        );
        const [, move] = registered;
        assert.ok(move);
        const { clusterName, ...others } = await problemsOf(move, folder, node);
        assert.deepEqual(others, {});
        assert.match(clusterName ?? "", /the API server .*HP103/);
    };
    it("npm, with Node.js 20, 22 and 24; without Pulumi's AWS package", async () => {
        const folder = path.join(world.project);
        writeFileSync(path.join(folder, "index.js"), programOf(cluster.args));
        assert.ok(!existsSync(path.join(folder, "node_modules/@pulumi/aws")));
        for (const node of [node20(), installer("node 22"), NODE_24]) await reachesTheCluster(folder, node);
    });

    it("npm workspaces: the program in a sub-folder, a company's library between; with the real CLI", async () => {
        const { folder } = install({ manager: "npm", throughLibrary: true, beside: SDK });
        await reachesTheCluster(folder, process.execPath);
        const preview = await previewed(folder);
        assert.match(preview, /the API server .*HP103/s);
    });

    it("pnpm, where a package finds only what it declares; both resources", async () => {
        const { folder } = install({ manager: "pnpm", beside: { ...SDK, ...versionOf("@pulumi/aws") } });
        await reachesTheCluster(folder, process.execPath);
        // The component finds Pulumi's AWS package as its peer, and else throws.
        const component = `
            const hyperpod = require("${manifest.name}");
            const pulumi = require("@pulumi/pulumi");
            pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
            new hyperpod.HyperPodInferenceAddon("inference", { clusterName: "demo" });
            require("node:fs").writeSync(1, "made");
            // What it would register next waits for an account.
            process.reallyExit(0);`;
        const { stdout } = runWithout(process.execPath, ["-e", component], folder);
        assert.equal(stdout, "made");
    });

    it("pnpm workspaces: a library that alone has the package; with the real CLI", async () => {
        const { folder } = install({ manager: "pnpm", throughLibrary: true, beside: SDK });
        await reachesTheCluster(folder, process.execPath);
        assert.match(await previewed(folder), /the API server .*HP103/s);
    });

    it("pnpm on Node.js 20, with the SDK that is made for it: no warning of an old Node.js", async () => {
        const { folder, said } = install({ manager: "pnpm", beside: SDK_OF_NODE_20, node: node20() });
        assert.doesNotMatch(said, /Unsupported engine|deprecated/i);
        await reachesTheCluster(folder, node20());
    });

    it("yarn 4 with the node-modules linker", async () => {
        const { folder } = install({ manager: "yarn", beside: SDK });
        await reachesTheCluster(folder, process.execPath);
    });

    it("yarn 4 with Plug'n'Play: refused, with what to set", () => {
        const { folder } = install({ manager: "yarn Plug'n'Play", beside: SDK });
        assert.throws(
            () => registeredBy(folder, process.execPath, ["--require", path.join(folder, ".pnp.cjs")]),
            /does not work with Yarn's Plug'n'Play.*nodeLinker: node-modules/,
        );
    });

    it("bun as the installer", async () => {
        const { folder } = install({ manager: "bun", beside: SDK });
        await reachesTheCluster(folder, process.execPath);
    });
});
