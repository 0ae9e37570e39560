// Transforms that the program has registered, for one resource and its children or for the whole stack: calls the
// program back with each registration and applies what it answers, the nearest transform first.
import * as grpc from "@grpc/grpc-js";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { CallbackInvokeRequest } from "@pulumi/pulumi/proto/callback_pb";
import {
    RegisterResourceRequest,
    TransformRequest,
    TransformResourceOptions,
    TransformResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import type { CallLog } from "./callLog";
import { type Callback, type Goal, readAlias, readTimeouts, writeAlias } from "./goal";
import { fromStruct, toStruct } from "./struct";

export class Transforms {
    private readonly ofStack: Callback[] = [];
    private readonly ofResource = new Map<string, Callback[]>();

    constructor(private readonly log: CallLog) {}

    addForStack(callback: Callback): void {
        this.ofStack.push(callback);
    }

    /** Children inherit the transforms of their parents. */
    remember(urn: string, goal: Goal): void {
        this.ofResource.set(urn, this.nearest(goal));
    }

    async apply(goal: Goal): Promise<Goal> {
        let result = goal;
        for (const callback of [...this.nearest(goal), ...this.ofStack]) {
            result = applied(result, await this.call(callback, result));
        }
        return result;
    }

    private nearest(goal: Goal): Callback[] {
        return [...goal.transforms, ...(this.ofResource.get(goal.parent) ?? [])];
    }

    private async call({ token, target }: Callback, goal: Goal): Promise<TransformResponse> {
        const bytes = requestFor(goal).serializeBinary();
        const client = new CallbacksClient(target, grpc.credentials.createInsecure());
        const record = {
            method: "/pulumirpc.Callbacks/Invoke",
            metadata: {},
            request: { token, request: Buffer.from(bytes).toString("base64") },
        };
        try {
            const { response } = await this.log.record(
                record,
                () =>
                    new Promise<{ response: Uint8Array }>((resolve, reject) => {
                        const request = new CallbackInvokeRequest().setToken(token).setRequest(bytes);
                        client.invoke(request, (error, answer) =>
                            error ? reject(error) : resolve({ response: answer.getResponse_asU8() }),
                        );
                    }),
                (answer) => ({ response: Buffer.from(answer.response).toString("base64") }),
            );
            return TransformResponse.deserializeBinary(response);
        } finally {
            client.close();
        }
    }
}

function requestFor(goal: Goal): TransformRequest {
    const options = new TransformResourceOptions()
        .setDependsOnList(goal.dependencies)
        .setIgnoreChangesList(goal.ignoreChanges)
        .setReplaceOnChangesList(goal.replaceOnChanges)
        .setVersion(goal.version)
        .setAliasesList(goal.aliases.map(writeAlias))
        .setProvider(goal.provider)
        .setPluginDownloadUrl(goal.pluginDownloadUrl)
        .setDeletedWith(goal.deletedWith)
        .setAdditionalSecretOutputsList(goal.additionalSecretOutputs)
        .setImport(goal.importId)
        .setHideDiffList(goal.hideDiffs);
    if (goal.protect !== undefined) {
        options.setProtect(goal.protect);
    }
    if (goal.retainOnDelete !== undefined) {
        options.setRetainOnDelete(goal.retainOnDelete);
    }
    if (goal.deleteBeforeReplace !== undefined) {
        options.setDeleteBeforeReplace(goal.deleteBeforeReplace);
    }
    const { create, update, delete: remove } = goal.customTimeouts;
    if (create !== undefined || update !== undefined || remove !== undefined) {
        const text = (seconds: number | undefined): string => (seconds === undefined ? "" : `${seconds}s`);
        const timeouts = new RegisterResourceRequest.CustomTimeouts();
        options.setCustomTimeouts(
            timeouts.setCreate(text(create)).setUpdate(text(update)).setDelete(text(remove)),
        );
    }
    for (const [name, reference] of Object.entries(goal.providers)) {
        options.getProvidersMap().set(name, reference);
    }
    return new TransformRequest()
        .setType(goal.type)
        .setName(goal.name)
        .setCustom(goal.custom)
        .setParent(goal.parent)
        .setProperties(toStruct(goal.properties))
        .setOptions(options);
}

function applied(goal: Goal, answer: TransformResponse): Goal {
    const result = { ...goal };
    if (answer.hasProperties()) {
        result.properties = fromStruct(answer.getProperties());
        result.propertyDependencies = Object.fromEntries(
            Object.keys(result.properties).map((key) => [key, goal.propertyDependencies[key] ?? []]),
        );
    }
    const options = answer.getOptions();
    if (!options) {
        return result;
    }
    const timeouts = options.getCustomTimeouts();
    const providers: Record<string, string> = {};
    options.getProvidersMap().forEach((reference, name) => {
        providers[name] = reference;
    });
    return {
        ...result,
        dependencies: options.getDependsOnList(),
        protect: options.hasProtect() ? options.getProtect() : undefined,
        ignoreChanges: options.getIgnoreChangesList(),
        replaceOnChanges: options.getReplaceOnChangesList(),
        version: options.getVersion(),
        aliases: options.getAliasesList().map(readAlias),
        provider: options.getProvider(),
        customTimeouts: readTimeouts(timeouts?.getCreate(), timeouts?.getUpdate(), timeouts?.getDelete()),
        pluginDownloadUrl: options.getPluginDownloadUrl(),
        retainOnDelete: options.hasRetainOnDelete() ? options.getRetainOnDelete() : undefined,
        deletedWith: options.getDeletedWith(),
        deleteBeforeReplace: options.hasDeleteBeforeReplace() ? options.getDeleteBeforeReplace() : undefined,
        additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
        providers,
        importId: options.getImport(),
        hideDiffs: options.getHideDiffList(),
    };
}
