// Pulumi's resource provider protocol in front of a stand-in. Knows no AWS and no Kubernetes.
import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { PartlyCreated } from "./resourceType";
import type { PackageName, StandIn } from "./standIn";
import type { Failure } from "./typings";
import type { Properties } from "./values";

// biome-ignore lint/suspicious/noExplicitAny: the generated gRPC messages come without types
type Handler = (request: any) => Promise<unknown>;

function struct(properties: Properties): Struct {
    return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>);
}

function plain(message: Struct | undefined): Properties {
    return (message?.toJavaScript() ?? {}) as Properties;
}

/** Here alone secrets come in envelopes: only the answer to this call tells the engine that the provider takes none. */
function opened(settings: Properties): Properties {
    const text = (value: unknown) =>
        typeof value === "object" && value !== null && "value" in value ? value.value : value;
    return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, text(value)]));
}

function failureMessages(failures: Failure[]): messages.CheckFailure[] {
    return failures.map(({ property, reason }) =>
        new messages.CheckFailure().setProperty(property).setReason(reason),
    );
}

/** The error form of a resource that exists and is not finished. */
function initFailure(error: PartlyCreated): Partial<grpc.ServiceError> {
    const detail = new messages.ErrorResourceInitFailed()
        .setId(error.id)
        .setProperties(struct(error.outputs))
        .setReasonsList([error.message]);
    const any = new Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status().setCode(grpc.status.UNKNOWN).setMessage(error.message).setDetailsList([any]);
    const metadata = new grpc.Metadata();
    metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}

function unary(handler: Handler): grpc.handleUnaryCall<unknown, unknown> {
    return (call, answer) => {
        handler(call.request).then(
            (response) => answer(null, response),
            (error: unknown) => {
                if (error instanceof PartlyCreated) answer(initFailure(error));
                else
                    answer({
                        code: grpc.status.UNKNOWN,
                        details: error instanceof Error ? error.message : String(error),
                    });
            },
        );
    };
}

const typeOf = (request: { getType(): string; getUrn(): string }) =>
    request.getType() || (request.getUrn().split("::")[2]?.split("$").pop() ?? "");
const nameOf = (request: { getName(): string; getUrn(): string }) =>
    request.getName() || (request.getUrn().split("::").pop() ?? "");

function handlers(provider: StandIn, { name, version }: PackageName): Record<string, Handler> {
    return {
        async configure(request: messages.ConfigureRequest) {
            provider.configure(opened(plain(request.getArgs())));
            return new messages.ConfigureResponse().setSupportspreview(true);
        },
        async getPluginInfo() {
            return new PluginInfo().setVersion(version);
        },
        async getSchema() {
            return new messages.GetSchemaResponse().setSchema(JSON.stringify({ name, version }));
        },
        async attach() {
            return new Empty();
        },
        async cancel() {
            return new Empty();
        },
        async check(request: messages.CheckRequest) {
            const { inputs, failures } = provider.check(typeOf(request), plain(request.getNews()));
            return new messages.CheckResponse()
                .setInputs(struct(inputs))
                .setFailuresList(failureMessages(failures));
        },
        async diff(request: messages.DiffRequest) {
            const oldInputs = request.hasOldInputs() ? request.getOldInputs() : request.getOlds();
            const { changed, replaces } = provider.diff(
                typeOf(request),
                plain(oldInputs),
                plain(request.getNews()),
            );
            const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
            return new messages.DiffResponse()
                .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
                .setDiffsList(changed)
                .setReplacesList(replaces);
        },
        async create(request: messages.CreateRequest) {
            const inputs = plain(request.getProperties());
            if (request.getPreview()) {
                return new messages.CreateResponse().setProperties(
                    struct(provider.preview(typeOf(request), inputs)),
                );
            }
            const { id, outputs } = await provider.create(
                typeOf(request),
                nameOf(request),
                inputs,
                request.getTimeout(),
            );
            return new messages.CreateResponse().setId(id).setProperties(struct(outputs));
        },
        async read(request: messages.ReadRequest) {
            const outputs = request.hasProperties() ? plain(request.getProperties()) : undefined;
            const isImport = !outputs || Object.keys(outputs).length === 0;
            const inputs = isImport ? undefined : plain(request.getInputs());
            const there = await provider.read(
                typeOf(request),
                nameOf(request),
                request.getId(),
                outputs,
                inputs,
            );
            if (!there) return new messages.ReadResponse();
            return new messages.ReadResponse()
                .setId(request.getId())
                .setProperties(struct(there.outputs))
                .setInputs(struct(there.inputs));
        },
        async update(request: messages.UpdateRequest) {
            const [olds, news] = [plain(request.getOlds()), plain(request.getNews())];
            if (request.getPreview()) {
                return new messages.UpdateResponse().setProperties(
                    struct(provider.preview(typeOf(request), news, olds)),
                );
            }
            const outputs = await provider.update(
                typeOf(request),
                nameOf(request),
                request.getId(),
                olds,
                news,
                request.getTimeout(),
            );
            return new messages.UpdateResponse().setProperties(struct(outputs));
        },
        async delete(request: messages.DeleteRequest) {
            await provider.remove(
                typeOf(request),
                nameOf(request),
                request.getId(),
                plain(request.getProperties()),
                request.getTimeout(),
            );
            return new Empty();
        },
        async invoke(request: messages.InvokeRequest) {
            const result = await provider.invoke(request.getTok(), plain(request.getArgs()));
            if ("failures" in result)
                return new messages.InvokeResponse().setFailuresList(failureMessages(result.failures));
            return new messages.InvokeResponse().setReturn(struct(result.answer));
        },
    };
}

/** Serves on 127.0.0.1 and answers the port. What is not handled is UNIMPLEMENTED, which the engine understands. */
export async function serve(
    provider: StandIn,
    of: PackageName,
): Promise<{ port: number; server: grpc.Server }> {
    const server = new grpc.Server({ "grpc.max_receive_message_length": 400 << 20 });
    const service = Object.fromEntries(
        Object.entries(handlers(provider, of)).map(([name, handler]) => [name, unary(handler)]),
    );
    server.addService(ResourceProviderService as unknown as grpc.ServiceDefinition, service);
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        );
    });
    return { port, server };
}
