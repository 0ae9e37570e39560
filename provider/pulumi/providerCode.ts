// The door by which Pulumi's dynamic-provider process reaches a resource's methods comes in; the code that stands in the state goes out. It loads the installed package, from wherever the program has it.

import { createRequire } from "node:module";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { messageOf } from "../../common/errors";
import { PACKAGE_NAME } from "../../common/ourMarks";

export function providerCode(door: string, method: string): string {
    refusePlugAndPlay();
    const name = `${PACKAGE_NAME}/${door}`;
    // The same text on every machine and for ever: a change of it would show as a change of every resource.
    if (isFound(name)) return `exports.handler = () => require("${name}").${method};`;
    // The program has it through a library of its own, and no package manager put it where the program looks.
    const from = JSON.stringify([".", ...foldersAround()]);
    const advice = `${PACKAGE_NAME} is not found from the program's folder: add it to the program's own dependencies`;
    return `exports.handler = () => {
    let file;
    try { file = require.resolve("${name}", { paths: ${from} }); }
    catch (error) { throw new Error(${JSON.stringify(advice)}, { cause: error }); }
    return require(file).${method};
};`;
}

/** The process that later changes the cluster is started without Yarn's loader wherever NODE_OPTIONS is not set just so; then an undo would fail. */
function refusePlugAndPlay(): void {
    if (process.versions.pnp === undefined) return;
    throw new pulumi.RunError(
        `${PACKAGE_NAME} does not work with Yarn's Plug'n'Play, because Pulumi starts the resource's process without it: set "nodeLinker: node-modules" in .yarnrc.yml and run \`yarn install\``,
    );
}

/** As the process of the dynamic provider looks: from the folder that both run in. */
function isFound(name: string): boolean {
    try {
        createRequire(path.join(process.cwd(), "program.js")).resolve(name);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return false;
        // It is there, and cannot be loaded: what another folder has of it would hide that.
        throw new Error(
            `${PACKAGE_NAME}, as it lies in the program's folder, cannot be loaded: ${messageOf(error)}`,
            {
                cause: error,
            },
        );
    }
}

/** Folders from which this package is found: those of the modules that load it, and its own. Relative, so that they are the same on every machine. */
function foldersAround(): string[] {
    const own = path.resolve(__dirname, "../..");
    const isOurs = (file: string) => file.startsWith(own + path.sep);
    const loaders = Object.values(require.cache).flatMap((module) =>
        module !== undefined &&
        !isOurs(module.filename) &&
        module.children.some(({ filename }) => isOurs(filename))
            ? [path.dirname(module.filename)]
            : [],
    );
    return [...new Set([...loaders.sort(), own])].map(
        (folder) => `./${path.relative(process.cwd(), folder).split(path.sep).join("/")}`,
    );
}
