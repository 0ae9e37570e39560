// The Engine service that program and providers log to: every message becomes an event. Also remembers the root
// resource, as the real engine does. Listens on a free port of 127.0.0.1.
import * as grpc from "@grpc/grpc-js";
import { EngineService, type IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb";
import {
    GetRootResourceResponse,
    LogSeverity,
    RequirePulumiVersionResponse,
    SetRootResourceResponse,
} from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { EventSink, Severity } from "./events";

export async function startServer(
    addServices: (server: grpc.Server) => void,
): Promise<{ server: grpc.Server; address: string }> {
    const limit = 400 << 20;
    const server = new grpc.Server({
        "grpc.max_receive_message_length": limit,
        "grpc.max_send_message_length": limit,
    });
    addServices(server);
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        );
    });
    return { server, address: `127.0.0.1:${port}` };
}

export function addEngineService(server: grpc.Server, emit: EventSink): void {
    let root = "";
    const service: Partial<IEngineServer> = {
        log: (call, done) => {
            const request = call.request;
            emit({
                kind: "message",
                severity: severityOf(request.getSeverity()),
                text: request.getMessage(),
                ...(request.getUrn() ? { urn: request.getUrn() } : {}),
                ephemeral: request.getEphemeral(),
                streamId: request.getStreamid(),
            });
            done(null, new Empty());
        },
        getRootResource: (_call, done) => done(null, new GetRootResourceResponse().setUrn(root)),
        setRootResource: (call, done) => {
            root = call.request.getUrn();
            done(null, new SetRootResourceResponse());
        },
        requirePulumiVersion: (_call, done) => done(null, new RequirePulumiVersionResponse()),
    };
    server.addService(EngineService, service as IEngineServer);
}

function severityOf(severity: LogSeverity): Severity {
    const names: Record<LogSeverity, Severity> = {
        [LogSeverity.DEBUG]: "debug",
        [LogSeverity.INFO]: "info",
        [LogSeverity.WARNING]: "warning",
        [LogSeverity.ERROR]: "error",
    };
    return names[severity];
}
