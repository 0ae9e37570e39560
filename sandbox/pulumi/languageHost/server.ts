// The engine's LanguageRuntime calls come in over gRPC; programs and plugins run, SDKs are made and linked. What is not handled (packing, programs from other languages) is UNIMPLEMENTED.
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { about, installDependencies, programDependencies } from "./dependencies";
import { runPlugin } from "./plugin";
import { runProgram } from "./program";
import { generatePackage, link } from "./sdk";

const { version } = require("@pulumi/pulumi/package.json") as { version: string };

export interface LanguageHost {
    port: number;
    /** Ends what it has started. */
    stop(): void;
}

/** Serves on 127.0.0.1. */
export async function serve(engineAddressGiven: string): Promise<LanguageHost> {
    let engineAddress = engineAddressGiven;
    const everything = new AbortController();

    /** Aborts when the caller is gone or gives up, or when the host stops. */
    const endOf = (
        call: grpc.ServerUnaryCall<unknown, unknown> | grpc.ServerWritableStream<unknown, unknown>,
    ) => {
        const gone = new AbortController();
        call.on("cancelled", () => gone.abort());
        return AbortSignal.any([gone.signal, everything.signal]);
    };
    const unary =
        <Request, Response>(
            handle: (request: Request, end: AbortSignal) => Response | Promise<Response>,
        ): grpc.handleUnaryCall<Request, Response> =>
        async (call, done) => {
            try {
                done(null, await handle(call.request, endOf(call)));
            } catch (error) {
                done({ code: grpc.status.UNKNOWN, details: (error as Error).message });
            }
        };

    const streamed =
        <Request, Response>(
            handle: (request: Request, send: (response: Response) => void, end: AbortSignal) => Promise<void>,
        ) =>
        async (call: grpc.ServerWritableStream<Request, Response>): Promise<void> => {
            try {
                await handle(call.request, (response) => call.write(response), endOf(call));
                call.end();
            } catch (error) {
                call.emit("error", { code: grpc.status.UNKNOWN, details: (error as Error).message });
            }
        };

    const server = new grpc.Server({ "grpc.max_receive_message_length": 400 << 20 });
    server.addService(LanguageRuntimeService as unknown as grpc.ServiceDefinition, {
        handshake: unary((request: messages.LanguageHandshakeRequest) => {
            engineAddress = request.getEngineAddress();
            return new messages.LanguageHandshakeResponse();
        }),
        getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
        // Providers are found beside the program or on PATH: none is asked for by version.
        getRequiredPlugins: unary(() => new messages.GetRequiredPluginsResponse()),
        getRequiredPackages: unary(() => new messages.GetRequiredPackagesResponse()),
        run: unary((request: messages.RunRequest, end) => runProgram(request, engineAddress, end)),
        runPlugin: streamed(runPlugin),
        installDependencies: streamed(installDependencies),
        generatePackage: unary(generatePackage),
        link: unary(link),
        about: unary(about),
        getProgramDependencies: unary(programDependencies),
        runtimeOptionsPrompts: unary(() => new messages.RuntimeOptionsResponse()),
        cancel: unary(() => {
            everything.abort();
            return new Empty();
        }),
    });
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        );
    });
    return {
        port,
        stop() {
            everything.abort();
            server.forceShutdown();
        },
    };
}
