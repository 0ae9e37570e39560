// Pulumi's two doors to a resource, each over a process in memory: as the dynamic-provider process calls it, and as the engine calls the plugin. The answers have one shape.
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { kindsOf } from "../../plugin/kinds";
import schema from "../../plugin/schema.json";
import { handlers } from "../../plugin/service";
import { open } from "../../plugin/wire";
import type { Bag } from "../../provider/pulumi/bag";
import { dynamicMove } from "../../provider/pulumi/moveCalls";
import type { SessionHost } from "../../provider/pulumi/session";

export interface Failed {
    readonly message: string;
    readonly id?: string;
    readonly properties?: Bag;
    readonly reasons?: readonly string[];
}

export interface Door {
    check(olds: Bag, news: Bag): Promise<{ inputs: Bag; failures: { property: string; reason: string }[] }>;
    diff(id: string, olds: Bag, news: Bag, oldInputs: Bag): Promise<boolean>;
    create(inputs: Bag): Promise<{ id: string; outs: Bag } | Failed>;
    read(id: string, props: Bag): Promise<{ id: string; props: Bag } | Failed>;
    update(id: string, olds: Bag, news: Bag): Promise<Bag | Failed>;
    delete(id: string, props: Bag): Promise<Failed | undefined>;
    close(): void;
}

export type Resource = "Move" | "WayBack";

const DYNAMIC = { __provider: "exports.handler = () => undefined;", __progressUrn: "urn:any" };
const withoutDynamic = ({ __provider: _, __progressUrn: __, ...rest }: Bag): Bag => rest;

export function dynamicDoor(host: SessionHost, resource: Resource): Door {
    const quiet = { progress: () => undefined, warn: () => undefined, tell: async () => undefined };
    const both = dynamicMove(host, () => quiet);
    const calls = resource === "Move" ? both.provider : both.wayBack;
    const failed = (error: unknown): Failed => {
        const { message, id, properties, reasons } = error as Failed;
        return id === undefined
            ? { message }
            : { message, id, properties: withoutDynamic(properties ?? {}), reasons: reasons ?? [] };
    };
    return {
        async check(olds, news) {
            const { inputs, failures = [] } = await calls.check(
                { ...olds, ...DYNAMIC },
                { ...news, ...DYNAMIC },
            );
            return { inputs: withoutDynamic(inputs), failures };
        },
        diff: async (id, olds, news) =>
            (await calls.diff(id, { ...olds, ...DYNAMIC }, { ...news, ...DYNAMIC })).changes,
        create: (inputs) =>
            calls
                .create({ ...inputs, ...DYNAMIC })
                .then(({ id, outs }) => ({ id, outs: withoutDynamic(outs) }), failed),
        read: (id, props) =>
            calls
                .read(id, { ...props, ...DYNAMIC })
                .then((answer) => ({ id: answer.id ?? "", props: withoutDynamic(answer.props) }), failed),
        update: (id, olds, news) =>
            calls
                .update(id, { ...olds, ...DYNAMIC }, { ...news, ...DYNAMIC })
                .then(({ outs }) => withoutDynamic(outs), failed),
        delete: (id, props) => calls.delete(id, { ...props, ...DYNAMIC }).then(() => undefined, failed),
        close: () => undefined,
    };
}

export interface PluginDoor extends Door {
    readonly client: ResourceProviderClient;
    /** Told to the engine: lines by URN. */
    readonly told: { urn: string | undefined; line: string }[];
    readonly cancels: number;
}

export const URN = (resource: string) => `urn:pulumi:dev::p::hyperpod-inference:index:${resource}::move`;

/** Serves our handlers alone; what the SDK has is not needed here. */
export async function pluginDoor(
    host: SessionHost,
    resource: Resource,
    onCancel: () => void = () => undefined,
): Promise<PluginDoor> {
    const told: PluginDoor["told"] = [];
    let cancels = 0;
    const server = new grpc.Server();
    server.addService(
        ResourceProviderService as unknown as grpc.ServiceDefinition,
        handlers({
            version: schema.version,
            schema: JSON.stringify(schema),
            kinds: kindsOf(host),
            clock: host.clock,
            logs: {
                forResource: (urn) => {
                    const tell = (line: string) => void told.push({ urn, line });
                    return { progress: tell, warn: tell, tell: async (line) => tell(line) };
                },
            },
            foundEngine: () => undefined,
            isProvider: () => undefined,
            cancelled: () => {
                cancels += 1;
                onCancel();
            },
        }) as unknown as grpc.UntypedServiceImplementation,
    );
    const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        ),
    );
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const urn = URN(resource);
    const bag = (value: Bag) => Struct.fromJavaScript(value as Record<string, never>);
    const plain = (struct: Struct | undefined) => open(struct).plain;
    return {
        client,
        told,
        get cancels() {
            return cancels;
        },
        async check(olds, news) {
            const request = new messages.CheckRequest();
            request.setUrn(urn);
            request.setOlds(bag(olds));
            request.setNews(bag(news));
            const answer = await ask<messages.CheckResponse>((done) => client.check(request, done));
            const failures = answer
                .getFailuresList()
                .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
            return { inputs: plain(answer.getInputs()), failures };
        },
        async diff(id, olds, news, oldInputs) {
            const request = new messages.DiffRequest();
            request.setUrn(urn);
            request.setId(id);
            request.setOlds(bag(olds));
            request.setOldInputs(bag(oldInputs));
            request.setNews(bag(news));
            const answer = await ask<messages.DiffResponse>((done) => client.diff(request, done));
            return answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME;
        },
        create(inputs) {
            const request = new messages.CreateRequest();
            request.setUrn(urn);
            request.setProperties(bag(inputs));
            return ask<messages.CreateResponse>((done) => client.create(request, done)).then(
                (answer) => ({ id: answer.getId(), outs: plain(answer.getProperties()) }),
                failed,
            );
        },
        read(id, props) {
            const request = new messages.ReadRequest();
            request.setUrn(urn);
            request.setId(id);
            request.setProperties(bag(props));
            return ask<messages.ReadResponse>((done) => client.read(request, done)).then(
                (answer) => ({ id: answer.getId(), props: plain(answer.getProperties()) }),
                failed,
            );
        },
        update(id, olds, news) {
            const request = new messages.UpdateRequest();
            request.setUrn(urn);
            request.setId(id);
            request.setOlds(bag(olds));
            request.setNews(bag(news));
            return ask<messages.UpdateResponse>((done) => client.update(request, done)).then(
                (answer) => plain(answer.getProperties()),
                failed,
            );
        },
        delete(id, props) {
            const request = new messages.DeleteRequest();
            request.setUrn(urn);
            request.setId(id);
            request.setProperties(bag(props));
            return ask<Empty>((done) => client.delete(request, done)).then(() => undefined, failed);
        },
        close: () => {
            client.close();
            server.forceShutdown();
        },
    };
}

export function ask<Answer>(
    call: (done: (error: Error | null, answer: Answer | undefined) => void) => unknown,
): Promise<Answer> {
    return new Promise((resolve, reject) => {
        call((error, answer) => (error === null ? resolve(answer as Answer) : reject(error)));
    });
}

function failed(error: unknown): Failed {
    const { details, metadata } = error as grpc.ServiceError;
    const [sent] = metadata.get("grpc-status-details-bin");
    const detail =
        sent === undefined
            ? undefined
            : Status.deserializeBinary(sent as Buffer)
                  .getDetailsList()[0]
                  ?.unpack(
                      messages.ErrorResourceInitFailed.deserializeBinary,
                      "pulumirpc.ErrorResourceInitFailed",
                  );
    if (detail === undefined || detail === null) return { message: details };
    return {
        message: details,
        id: detail.getId(),
        properties: open(detail.getProperties()).plain,
        reasons: detail.getReasonsList(),
    };
}
