// Requests for a plugin's SDK come in: it is made by the host that makes those of all languages, and noted in the program's package.json. Installs nothing.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
    type GeneratePackageRequest,
    type GeneratePackageResponse,
    type LinkRequest,
    LinkResponse,
} from "@pulumi/pulumi/proto/language_pb";

const run = promisify(execFile);
const LIMIT_MS = 120_000;

export async function generatePackage(
    request: GeneratePackageRequest,
    end: AbortSignal,
): Promise<GeneratePackageResponse> {
    // Told by who installed this host, and built only where SDKs are made.
    const { SDK_HOST: host = "" } = process.env;
    if (!existsSync(host)) throw new Error(`SDK_HOST='${host}', which makes SDKs, is not built`);
    // It goes by the name that it is started under.
    const maker = spawn(host, [], { argv0: "pulumi-language-nodejs", stdio: ["ignore", "pipe", "inherit"] });
    end.addEventListener("abort", () => maker.kill("SIGKILL"));
    try {
        const [port] = (await once(maker.stdout, "data", { signal: end })) as [Buffer];
        const address = `127.0.0.1:${String(port).trim()}`;
        const client = new LanguageRuntimeClient(address, grpc.credentials.createInsecure(), {
            "grpc.max_receive_message_length": 400 << 20,
        });
        try {
            return await new Promise((resolve, reject) =>
                client.generatePackage(
                    request,
                    new grpc.Metadata(),
                    { deadline: Date.now() + LIMIT_MS },
                    (error, response) => (error ? reject(error) : resolve(response)),
                ),
            );
        } finally {
            client.close();
        }
    } finally {
        maker.kill();
    }
}

export async function link(request: LinkRequest): Promise<LinkResponse> {
    const directory = request.getInfo()?.getProgramDirectory();
    if (directory === undefined) throw new Error("the request names no program");
    const lines: string[] = [];
    for (const linked of request.getPackagesList()) {
        const manifest = path.join(directory, linked.getPath(), "package.json");
        const { name } = JSON.parse(readFileSync(manifest, "utf8")) as { name: string };
        const dependency = `dependencies[${name}]=file:${linked.getPath()}`;
        await run("npm", ["pkg", "set", dependency], { cwd: directory, timeout: LIMIT_MS });
        lines.push(`The program imports the SDK as "${name}".`);
    }
    return new LinkResponse().setImportInstructions(lines.join("\n"));
}
