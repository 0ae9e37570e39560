// In: the runtime options of Pulumi.yaml as a request carries them. Out: what they mean for a Node process.
import { createRequire } from "node:module";
import path from "node:path";
import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

export interface NodeProgram {
    directory: string;
    /** `.` (package.json decides) or a file. */
    entryPoint: string;
    nodeArguments: string[];
    environment: Record<string, string>;
}

export function nodeProgram(info: ProgramInfo | undefined): NodeProgram {
    if (info === undefined) throw new Error("the request names no program");
    const options = (info.getOptions()?.toJavaScript() ?? {}) as Record<string, unknown>;
    const { typescript = true, nodeargs = "", tsconfig } = options;
    if (typeof typescript !== "boolean")
        throw new Error("the runtime option typescript must be true or false");
    if (typeof nodeargs !== "string") throw new Error("the runtime option nodeargs must be a string");
    if (tsconfig !== undefined && typeof tsconfig !== "string")
        throw new Error("the runtime option tsconfig must be a path");
    return {
        directory: info.getProgramDirectory(),
        entryPoint: info.getEntryPoint() || ".",
        nodeArguments: nodeargs.split(/\s+/).filter(Boolean),
        environment: {
            ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
            ...(tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
        },
    };
}

/** A file of the SDK that the program itself uses. */
export function sdkFile(directory: string, name: string): string {
    try {
        return createRequire(path.join(directory, "index.js")).resolve(`@pulumi/pulumi/${name}`);
    } catch (error) {
        throw new Error(
            `the Pulumi SDK is not installed in ${directory}: run \`npm install\` there, or add @pulumi/pulumi to its package.json`,
            { cause: error },
        );
    }
}
