// Progress and warnings in the resource's own row of the Pulumi display; plain lines when there is no engine to tell.
import { createRequire } from "node:module";
import type { Log } from "../ports/world";

/** The parts of Pulumi's SDK that the engine is told through. */
export interface EngineModules {
    readonly EngineClient: new (
        address: string,
        credentials: unknown,
        options: unknown,
    ) => { log(request: unknown, done: (error: unknown) => void): void };
    readonly LogRequest: new () => {
        setSeverity(value: number): void;
        setMessage(value: string): void;
        setUrn(value: string): void;
        setEphemeral(value: boolean): void;
    };
    readonly LogSeverity: { readonly INFO: number; readonly WARNING: number };
    readonly credentials: { createInsecure(): unknown };
}

export interface ResourceLog extends Log {
    /** Kept under Diagnostics; answers when the engine has it, at the latest after `ACKNOWLEDGED_MS`. */
    tell(text: string): Promise<void>;
}

export interface EngineLog {
    /** A log that speaks for one resource. */
    forResource(urn: string | undefined): ResourceLog;
}

const MAX_MESSAGE_BYTES = 1 << 22;
const ACKNOWLEDGED_MS = 5_000;

/** `engineAddress` may be told late; `load` brings the modules, and is called at the first line. */
export function engineLog(
    engineAddress: () => string | undefined,
    load: () => EngineModules = ofThisProgram,
): EngineLog {
    let engine: { readonly address: string; readonly send: Send } | undefined;
    return {
        forResource: (urn) => {
            let last = "";
            const say = async (line: string, kind: "INFO" | "WARNING", ephemeral: boolean) => {
                if (line === last) return;
                last = line;
                const address = engineAddress();
                // A process that a debugger keeps serves one engine after the other.
                if (address !== undefined && address !== engine?.address)
                    engine = { address, send: connectOnce(address, load) };
                if (engine === undefined || urn === undefined) console.log(line);
                else await engine.send(urn, line, kind, ephemeral);
            };
            return {
                progress: (line) => void say(line, "INFO", true),
                warn: (line) => void say(line, "WARNING", false),
                tell: (text) => say(text, "INFO", false),
            };
        },
    };
}

/** Never rejects: an engine that does not listen must not stop a move. */
type Send = (urn: string, line: string, kind: "INFO" | "WARNING", ephemeral: boolean) => Promise<void>;

function connectOnce(address: string, load: () => EngineModules): Send {
    let modules: EngineModules | undefined;
    let client: InstanceType<EngineModules["EngineClient"]> | undefined;
    return async (urn, line, kind, ephemeral) => {
        try {
            modules ??= load();
            client ??= new modules.EngineClient(address, modules.credentials.createInsecure(), {
                "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
            });
            const request = new modules.LogRequest();
            request.setSeverity(modules.LogSeverity[kind]);
            request.setMessage(line);
            request.setUrn(urn);
            request.setEphemeral(ephemeral);
            await acknowledged(client, request);
        } catch {
            console.log(line);
        }
    };
}

function acknowledged(client: InstanceType<EngineModules["EngineClient"]>, request: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ACKNOWLEDGED_MS).unref();
        client.log(request, (error) => {
            clearTimeout(timer);
            if (error) reject(error as Error);
            else resolve();
        });
    });
}

/** The SDK's own copies: another instance of gRPC would not know its message types. */
function ofThisProgram(): EngineModules {
    const sdk = createRequire(require.resolve("@pulumi/pulumi", { paths: [process.cwd(), __dirname] }));
    const { EngineClient } = sdk("@pulumi/pulumi/proto/engine_grpc_pb");
    const { LogRequest, LogSeverity } = sdk("@pulumi/pulumi/proto/engine_pb");
    const { credentials } = sdk("@grpc/grpc-js");
    return { EngineClient, LogRequest, LogSeverity, credentials };
}
