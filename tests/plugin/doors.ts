// What Pulumi's two doors to a resource answer, in one shape; and the plugin's, over a process in memory, as the engine calls it.
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { kindsOf } from "../../plugin/customResources";
import { open } from "../../plugin/propertyBags";
import { handlers } from "../../plugin/providerService";
import schema from "../../plugin/schema.json";
import type { Bag } from "../../provider/pulumi/propertyBag";
import { markedSecret } from "../../provider/pulumi/secretValues";
import type { SessionHost } from "../../provider/pulumi/session";

export interface Failed {
    readonly message: string;
    readonly id?: string;
    readonly properties?: Bag;
    readonly reasons?: readonly string[];
}

export interface Door {
    /** Names of inputs that the program gives as secrets; a case fills it. */
    readonly secretInputs: string[];
    /** Names of the outputs of the last answer that the engine keeps as secrets. */
    readonly secretOutputs: readonly string[];
    check(olds: Bag, news: Bag): Promise<{ inputs: Bag; failures: { property: string; reason: string }[] }>;
    diff(id: string, olds: Bag, news: Bag, oldInputs: Bag): Promise<boolean>;
    create(inputs: Bag): Promise<{ id: string; outs: Bag } | Failed>;
    read(id: string, props: Bag): Promise<{ id: string; props: Bag } | Failed>;
    update(id: string, olds: Bag, news: Bag): Promise<Bag | Failed>;
    delete(id: string, props: Bag): Promise<Failed | undefined>;
    close(): void;
}

export type Resource = "Move" | "WayBack";

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
    const secretInputs: string[] = [];
    let secretOutputs: ReadonlySet<string> = new Set();
    const bag = (value: Bag) => Struct.fromJavaScript(value as Record<string, never>);
    /** As the engine hands over what the program gave. */
    const given = (value: Bag) =>
        bag(
            Object.fromEntries(
                Object.entries(value).map(([name, one]) => [
                    name,
                    secretInputs.includes(name) ? markedSecret(one) : one,
                ]),
            ),
        );
    const plain = (struct: Struct | undefined) => {
        const opened = open(struct);
        secretOutputs = opened.secrets;
        return opened.plain;
    };
    return {
        secretInputs,
        get secretOutputs() {
            return [...secretOutputs].sort();
        },
        client,
        told,
        get cancels() {
            return cancels;
        },
        async check(olds, news) {
            const request = new messages.CheckRequest();
            request.setUrn(urn);
            request.setOlds(given(olds));
            request.setNews(given(news));
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
            request.setOldInputs(given(oldInputs));
            request.setNews(given(news));
            const answer = await ask<messages.DiffResponse>((done) => client.diff(request, done));
            return answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME;
        },
        create(inputs) {
            const request = new messages.CreateRequest();
            request.setUrn(urn);
            request.setProperties(given(inputs));
            return ask<messages.CreateResponse>((done) => client.create(request, done)).then(
                (answer) => ({ id: answer.getId(), outs: plain(answer.getProperties()) }),
                failedWith(plain),
            );
        },
        read(id, props) {
            const request = new messages.ReadRequest();
            request.setUrn(urn);
            request.setId(id);
            request.setProperties(given(props));
            return ask<messages.ReadResponse>((done) => client.read(request, done)).then(
                (answer) => ({ id: answer.getId(), props: plain(answer.getProperties()) }),
                failedWith(plain),
            );
        },
        update(id, olds, news) {
            const request = new messages.UpdateRequest();
            request.setUrn(urn);
            request.setId(id);
            request.setOlds(given(olds));
            request.setNews(given(news));
            return ask<messages.UpdateResponse>((done) => client.update(request, done)).then(
                (answer) => plain(answer.getProperties()),
                failedWith(plain),
            );
        },
        delete(id, props) {
            const request = new messages.DeleteRequest();
            request.setUrn(urn);
            request.setId(id);
            request.setProperties(given(props));
            return ask<Empty>((done) => client.delete(request, done)).then(
                () => undefined,
                failedWith(plain),
            );
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

function failedWith(plain: (struct: Struct | undefined) => Bag): (error: unknown) => Failed {
    return (error) => {
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
            properties: plain(detail.getProperties()),
            reasons: detail.getReasonsList(),
        };
    };
}
