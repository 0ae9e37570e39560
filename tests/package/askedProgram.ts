// A program's folder and a Node.js come in; what the program registers, and what the process of the dynamic provider then says of it, go out. Both run as Pulumi starts them, with what the folder has installed.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { CheckRequest, type CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { open } from "../../plugin/propertyBags";
import { runWithout } from "./packed";

const LIMIT_MS = 60_000;
/** Writes each registration to standard output. */
const REGISTERED = `
const pulumi = require("@pulumi/pulumi");
pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => inputs }).then(() => {
    const monitor = pulumi.runtime.getMonitor();
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, done) => {
        console.log(JSON.stringify({ type: request.getType(), inputs: request.getObject().toJavaScript() }));
        return register(request, done);
    };
    require("./index.js");
});`;

export interface Registered {
    readonly type: string;
    readonly inputs: Record<string, JavaScriptValue>;
}

/** Fails with what the program wrote; a word on its standard error is a failure too. */
export function registeredBy(folder: string, node: string, options: readonly string[] = []): Registered[] {
    const { stdout, stderr } = runWithout(node, [...options, "-e", REGISTERED], folder, node);
    if (stderr !== "") throw new Error(`the program is not quiet:\n${stderr}`);
    return stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Registered);
}

/** Problems by property, as `Check` of the resource's own process tells them. */
export async function problemsOf(
    { type, inputs }: Registered,
    folder: string,
    node: string,
): Promise<Record<string, string>> {
    const find = `console.log(require.resolve("@pulumi/pulumi/cmd/dynamic-provider"))`;
    const program = runWithout(node, ["-e", find], folder, node).stdout.trim();
    const provider = spawn(node, [program, "127.0.0.1:9"], {
        cwd: folder,
        env: { ...process.env, NODE_OPTIONS: "", NODE_PATH: "" },
        stdio: ["ignore", "pipe", "pipe"],
    });
    try {
        const port = await firstLine(provider);
        const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
        const request = new CheckRequest()
            .setUrn(`urn:pulumi:dev::p::${type}::move`)
            // The engine opens what is secret for a provider that does not take secrets.
            .setNews(Struct.fromJavaScript(open(Struct.fromJavaScript(inputs)).plain as Registered["inputs"]))
            .setOlds(new Struct());
        const response = await new Promise<CheckResponse>((resolve, reject) =>
            client.check(
                request,
                new grpc.Metadata(),
                { deadline: Date.now() + LIMIT_MS },
                (error, answer) => (error ? reject(error) : resolve(answer)),
            ),
        );
        client.close();
        return Object.fromEntries(
            response.getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()]),
        );
    } finally {
        provider.kill("SIGKILL");
    }
}

/** The port, which the process prints when it can be asked. */
async function firstLine(provider: ChildProcess): Promise<string> {
    const { stdout, stderr } = provider;
    if (stdout === null || stderr === null) throw new Error("started without pipes");
    let said = "";
    stderr.setEncoding("utf8").on("data", (chunk: string) => {
        said += chunk;
    });
    for await (const line of createInterface(stdout)) return line;
    throw new Error(`the dynamic provider ended without a port:\n${said}`);
}
