// The code that stands in the state finds the installed package from the program's folder, also when only a library of the program's has it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackage } from "../component/builtPackage";

const ROOT = join(__dirname, "../..");
const REGISTERED = `
const pulumi = require("@pulumi/pulumi");
const codes = [];
pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) }).then(() => {
    const monitor = pulumi.runtime.getMonitor();
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, done) => { codes.push(request.getObject().toJavaScript().__provider); return register(request, done); };
    const move = make("move", "demo");
    move.urn.apply(() => console.log(codes[codes.length - 1]));
});`;
/** As Pulumi's process does with it: a module without a file, in the program's folder. */
const LOADED = `
const code = require("node:fs").readFileSync(0, "utf8");
console.log(typeof require(${JSON.stringify(join(ROOT, "node_modules/require-from-string"))})(code).handler().check);`;

describe("the code in the state", function () {
    this.timeout(120_000);
    let folder: string;
    before(() => buildPackage());
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "workspace-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    const link = (at: string, to: string) => {
        mkdirSync(join(folder, at, ".."), { recursive: true });
        symlinkSync(to, join(folder, at));
    };
    const node = (script: string, input = "") =>
        execFileSync(process.execPath, ["-e", script], {
            cwd: join(folder, "program"),
            input,
            encoding: "utf8",
            stdio: ["pipe", "pipe", "pipe"],
        });

    it("is one constant line where the program has the package itself", () => {
        link("program/node_modules/@pulumi/pulumi", join(ROOT, "node_modules/@pulumi/pulumi"));
        link("program/node_modules/pulumi-hyperpod-inference", ROOT);
        const make = `const make = (name, clusterName) => new (require("pulumi-hyperpod-inference").HelmToAddonMigration)(name, { clusterName });`;
        const code = node(make + REGISTERED).trim();
        assert.equal(code, 'exports.handler = () => require("pulumi-hyperpod-inference/provider").provider;');
        assert.equal(node(LOADED, code).trim(), "function");
    });

    it("finds the package that only a library of the program's has, without a path of this machine", () => {
        for (const at of ["lib", "program"])
            link(`${at}/node_modules/@pulumi/pulumi`, join(ROOT, "node_modules/@pulumi/pulumi"));
        link("lib/node_modules/pulumi-hyperpod-inference", ROOT);
        link("program/node_modules/@acme/platform", "../../../lib");
        write("lib/package.json", '{"name":"@acme/platform","version":"1.0.0","main":"index.js"}');
        write(
            "lib/index.js",
            'const h = require("pulumi-hyperpod-inference"); exports.make = (name, clusterName) => new h.HelmToAddonMigration(name, { clusterName });',
        );
        const make = 'const { make } = require("@acme/platform");';
        const code = node(make + REGISTERED).trim();
        assert.doesNotMatch(code, new RegExp(folder));
        assert.equal(node(LOADED, code).trim(), "function");

        // From where it is not found it says what to do.
        const elsewhere = code.replace(/paths: \[.*\]/, 'paths: ["./nowhere"]');
        assert.notEqual(elsewhere, code);
        assert.throws(() => node(LOADED, elsewhere), /add it to the program's own dependencies/);
    });

    it("is not made of another copy while the one beside the program is broken", () => {
        for (const at of ["lib", "program"])
            link(`${at}/node_modules/@pulumi/pulumi`, join(ROOT, "node_modules/@pulumi/pulumi"));
        link("lib/node_modules/pulumi-hyperpod-inference", ROOT);
        mkdirSync(join(folder, "program/node_modules/pulumi-hyperpod-inference"), { recursive: true });
        write(
            "program/node_modules/pulumi-hyperpod-inference/package.json",
            '{"exports":{".":"./index.js"}}',
        );
        const make = `const make = (name, clusterName) => new (require("../lib/node_modules/pulumi-hyperpod-inference").HelmToAddonMigration)(name, { clusterName });`;
        assert.throws(
            () => node(make + REGISTERED),
            /as it lies in the program's folder, cannot be loaded: .*provider/,
        );
    });
});
