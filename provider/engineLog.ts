// Progress and warnings in the resource's own row of the Pulumi display; plain lines when there is no engine to tell.
import { createRequire } from "node:module";
import type { Log } from "./world";

interface EngineModules {
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

export interface EngineLog {
    /** A log that speaks for one resource. */
    forResource(urn: string | undefined): Log;
}

const MAX_MESSAGE_BYTES = 1 << 22;

export function engineLog(engineAddress: string | undefined): EngineLog {
    const send = engineAddress === undefined ? undefined : connectOnce(engineAddress);
    return {
        forResource: (urn) => {
            let last = "";
            const say = (line: string, kind: "INFO" | "WARNING", ephemeral: boolean) => {
                if (line === last) return;
                last = line;
                if (send === undefined || urn === undefined) console.log(line);
                else send(urn, line, kind, ephemeral);
            };
            return {
                progress: (line) => say(line, "INFO", true),
                warn: (line) => say(line, "WARNING", false),
            };
        },
    };
}

type Send = (urn: string, line: string, kind: "INFO" | "WARNING", ephemeral: boolean) => void;

function connectOnce(address: string): Send {
    let modules: EngineModules | undefined;
    let client: InstanceType<EngineModules["EngineClient"]> | undefined;
    return (urn, line, kind, ephemeral) => {
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
            client.log(request, (error) => {
                // An engine that does not listen must not stop a move.
                if (error) console.log(line);
            });
        } catch {
            console.log(line);
        }
    };
}

/** The SDK's own copies: another instance of gRPC would not know its message types. */
function load(): EngineModules {
    const sdk = createRequire(require.resolve("@pulumi/pulumi", { paths: [process.cwd(), __dirname] }));
    const { EngineClient } = sdk("@pulumi/pulumi/proto/engine_grpc_pb");
    const { LogRequest, LogSeverity } = sdk("@pulumi/pulumi/proto/engine_pb");
    const { credentials } = sdk("@grpc/grpc-js");
    return { EngineClient, LogRequest, LogSeverity, credentials };
}
