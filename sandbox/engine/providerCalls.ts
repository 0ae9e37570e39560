// The calls of a resource provider, one method each, with plain objects in and out: sends the request, logs the call, turns
// failures into ProviderError. Knows nothing of steps or state.
import * as grpc from "@grpc/grpc-js";
import { PluginAttach, type PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { CallLog } from "./callLog";
import {
    type ConfigureAnswer,
    type DiffAnswer,
    type DiffCall,
    type Failure,
    ProviderError,
    type ResourceName,
} from "./providerAnswers";
import {
    checkRequest,
    diffRequest,
    readCheck,
    readDiff,
    readFailure,
    showCheck,
    showDiff,
    toProviderError,
} from "./providerMessages";
import { fromStruct, toStruct } from "./struct";
import type { PropertyMap } from "./values";

const MAX_MESSAGE = 400 << 20;

type Method<Request, Response> = (
    request: Request,
    metadata: grpc.Metadata,
    options: Partial<grpc.CallOptions>,
    done: (error: grpc.ServiceError | null, response: Response) => void,
) => grpc.ClientUnaryCall;

export class ProviderCalls {
    private readonly client: ResourceProviderClient;
    private readonly waiting = new Set<grpc.ClientUnaryCall>();

    constructor(
        private readonly packageName: string,
        address: string,
        private readonly log: CallLog,
    ) {
        this.client = new ResourceProviderClient(address, grpc.credentials.createInsecure(), {
            "grpc.max_receive_message_length": MAX_MESSAGE,
            "grpc.max_send_message_length": MAX_MESSAGE,
        });
    }

    /** Whoever still waits for an answer is told that none will come. */
    close(): void {
        for (const call of this.waiting) {
            call.cancel();
        }
        this.client.close();
    }

    /** Answers false when the provider does not know handshakes. */
    async handshake(
        engineAddress: string,
        rootDirectory: string | undefined,
        programDirectory: string | undefined,
    ): Promise<boolean> {
        const request = new messages.ProviderHandshakeRequest();
        request.setEngineAddress(engineAddress).setConfigureWithUrn(true).setSupportsViews(true);
        request.setSupportsRefreshBeforeUpdate(true).setInvokeWithPreview(true).setAcceptsByteString(true);
        if (rootDirectory !== undefined && programDirectory !== undefined) {
            request.setRootDirectory(rootDirectory).setProgramDirectory(programDirectory);
        }
        const shown = {
            engineAddress,
            rootDirectory,
            programDirectory,
            configureWithUrn: true,
            supportsViews: true,
            supportsRefreshBeforeUpdate: true,
            invokeWithPreview: true,
            acceptsByteString: true,
        };
        return await this.optional(this.call("Handshake", this.client.handshake, request, shown, () => ({})));
    }

    async attach(engineAddress: string): Promise<void> {
        const request = new PluginAttach().setAddress(engineAddress);
        await this.call("Attach", this.client.attach, request, { address: engineAddress }, () => ({}));
    }

    async getPluginInfo(): Promise<{ version: string }> {
        return await this.call(
            "GetPluginInfo",
            this.client.getPluginInfo,
            new Empty(),
            {},
            (info: PluginInfo) => ({ version: info.getVersion() }),
        );
    }

    /** Undefined when the provider leaves the configuration as it is (Unimplemented). */
    async checkConfig(
        shown: ResourceName & { olds: PropertyMap; news: PropertyMap },
    ): Promise<{ inputs: PropertyMap; failures: Failure[] } | undefined> {
        return await this.unlessUnimplemented(
            this.call(
                "CheckConfig",
                this.client.checkConfig,
                checkRequest(shown),
                shown,
                readCheck,
                showCheck,
            ),
        );
    }

    async diffConfig(
        shown: ResourceName & { olds: PropertyMap; news: PropertyMap; oldInputs: PropertyMap },
    ): Promise<DiffAnswer | undefined> {
        return await this.unlessUnimplemented(
            this.call(
                "DiffConfig",
                this.client.diffConfig,
                diffRequest({ ...shown, id: "" }),
                shown,
                readDiff,
                showDiff,
            ),
        );
    }

    async configure(
        shown: ResourceName & { id: string; args: PropertyMap; variables: Record<string, string> },
    ): Promise<ConfigureAnswer> {
        const request = new messages.ConfigureRequest()
            .setArgs(toStruct(shown.args))
            .setAcceptsecrets(true)
            .setAcceptresources(true);
        request.setSendsOldInputs(true).setSendsOldInputsToDelete(true);
        request.setId(shown.id).setUrn(shown.urn).setName(shown.name).setType(shown.type);
        for (const [key, value] of Object.entries(shown.variables)) {
            request.getVariablesMap().set(key, value);
        }
        const variables = Object.keys(shown.variables).length > 0 ? shown.variables : undefined;
        const logged = {
            ...shown,
            variables,
            acceptSecrets: true,
            acceptResources: true,
            sendsOldInputs: true,
            sendsOldInputsToDelete: true,
        };
        return await this.call(
            "Configure",
            this.client.configure,
            request,
            logged,
            (answer: messages.ConfigureResponse) => ({
                acceptSecrets: answer.getAcceptsecrets(),
                supportsPreview: answer.getSupportspreview(),
                acceptResources: answer.getAcceptresources(),
                acceptOutputs: answer.getAcceptoutputs(),
            }),
        );
    }

    async check(
        shown: ResourceName & { olds: PropertyMap; news: PropertyMap; randomSeed: Uint8Array },
    ): Promise<{ inputs: PropertyMap; failures: Failure[] }> {
        const request = checkRequest(shown).setRandomseed(shown.randomSeed);
        return await this.call(
            "Check",
            this.client.check,
            request,
            { ...shown, randomSeed: undefined },
            readCheck,
            showCheck,
        );
    }

    async diff(shown: DiffCall): Promise<DiffAnswer> {
        return await this.call("Diff", this.client.diff, diffRequest(shown), shown, readDiff, showDiff);
    }

    async create(
        shown: ResourceName & { properties: PropertyMap; timeout: number; preview: boolean },
    ): Promise<{ id: string; properties: PropertyMap }> {
        const request = new messages.CreateRequest()
            .setUrn(shown.urn)
            .setName(shown.name)
            .setType(shown.type);
        request.setProperties(toStruct(shown.properties)).setTimeout(shown.timeout).setPreview(shown.preview);
        return await this.call(
            "Create",
            this.client.create,
            request,
            shown,
            (answer: messages.CreateResponse) => ({
                id: answer.getId(),
                properties: fromStruct(answer.getProperties()),
            }),
        );
    }

    async update(
        shown: DiffCall & { timeout: number; preview: boolean },
    ): Promise<{ properties: PropertyMap }> {
        const request = new messages.UpdateRequest()
            .setId(shown.id)
            .setUrn(shown.urn)
            .setName(shown.name)
            .setType(shown.type);
        request
            .setOlds(toStruct(shown.olds))
            .setNews(toStruct(shown.news))
            .setOldInputs(toStruct(shown.oldInputs));
        request.setTimeout(shown.timeout).setPreview(shown.preview).setIgnorechangesList(shown.ignoreChanges);
        return await this.call(
            "Update",
            this.client.update,
            request,
            shown,
            (answer: messages.UpdateResponse) => ({
                properties: fromStruct(answer.getProperties()),
            }),
        );
    }

    async read(
        shown: ResourceName & { id: string; properties?: PropertyMap; inputs?: PropertyMap; timeout: number },
    ): Promise<{ id: string; properties?: PropertyMap; inputs?: PropertyMap }> {
        const request = new messages.ReadRequest()
            .setId(shown.id)
            .setUrn(shown.urn)
            .setName(shown.name)
            .setType(shown.type);
        request.setTimeout(shown.timeout);
        if (shown.properties) {
            request.setProperties(toStruct(shown.properties));
        }
        if (shown.inputs) {
            request.setInputs(toStruct(shown.inputs));
        }
        return await this.call("Read", this.client.read, request, shown, (answer: messages.ReadResponse) => ({
            id: answer.getId(),
            ...(answer.hasProperties() ? { properties: fromStruct(answer.getProperties()) } : {}),
            ...(answer.hasInputs() ? { inputs: fromStruct(answer.getInputs()) } : {}),
        }));
    }

    async delete(
        shown: ResourceName & {
            id: string;
            properties: PropertyMap;
            oldInputs: PropertyMap;
            timeout: number;
        },
    ): Promise<void> {
        const request = new messages.DeleteRequest()
            .setId(shown.id)
            .setUrn(shown.urn)
            .setName(shown.name)
            .setType(shown.type);
        request
            .setProperties(toStruct(shown.properties))
            .setOldInputs(toStruct(shown.oldInputs))
            .setTimeout(shown.timeout);
        await this.call("Delete", this.client.delete, request, shown, () => ({}));
    }

    async invoke(shown: {
        tok: string;
        args: PropertyMap;
        preview: boolean;
    }): Promise<{ return: PropertyMap; failures: Failure[] }> {
        const request = new messages.InvokeRequest()
            .setTok(shown.tok)
            .setArgs(toStruct(shown.args))
            .setPreview(shown.preview);
        return await this.call(
            "Invoke",
            this.client.invoke,
            request,
            shown,
            (answer: messages.InvokeResponse) => ({
                return: fromStruct(answer.getReturn()),
                failures: answer.getFailuresList().map(readFailure),
            }),
        );
    }

    async construct(request: messages.ConstructRequest, shown: object): Promise<messages.ConstructResponse> {
        return await this.call(
            "Construct",
            this.client.construct,
            request,
            shown,
            (answer: messages.ConstructResponse) => answer,
            () => ({}),
        );
    }

    async cancel(timeoutMs: number): Promise<void> {
        await this.call(
            "Cancel",
            this.client.cancel,
            new Empty(),
            {},
            () => ({}),
            undefined,
            Date.now() + timeoutMs,
        );
    }

    private async call<Request, Raw, Response extends object>(
        method: string,
        send: Method<Request, Raw>,
        request: Request,
        shown: object,
        read: (raw: Raw) => Response,
        show?: (response: Response) => unknown,
        deadline?: number,
    ): Promise<Response> {
        const record = {
            method: `/pulumirpc.ResourceProvider/${method}`,
            metadata: { name: this.packageName },
            request: shown,
        };
        const sendIt = (): Promise<Response> =>
            new Promise((resolve, reject) => {
                const options = deadline === undefined ? {} : { deadline };
                const call = send.call(this.client, request, new grpc.Metadata(), options, (error, raw) => {
                    this.waiting.delete(call);
                    return error ? reject(error) : resolve(read(raw));
                });
                this.waiting.add(call);
            });
        try {
            return await this.log.record(record, sendIt, show);
        } catch (error) {
            throw toProviderError(error as grpc.ServiceError);
        }
    }

    private async unlessUnimplemented<T>(answer: Promise<T>): Promise<T | undefined> {
        try {
            return await answer;
        } catch (error) {
            if (error instanceof ProviderError && error.code === grpc.status.UNIMPLEMENTED) {
                return undefined;
            }
            throw error;
        }
    }

    private async optional(answer: Promise<unknown>): Promise<boolean> {
        return (await this.unlessUnimplemented(answer)) !== undefined;
    }
}
