// aws.eks.Addon: creates, updates and deletes for real and waits, as the real plugin does (DEGRADED is waited through).
import * as eks from "@aws-sdk/client-eks";
import { tagChanges, unlessAbsent } from "../awsClients";
import { type Call, PartlyCreated, type ResourceType, sleep } from "../resourceType";
import type { Properties } from "../values";

const pollMilliseconds = 400;
const defaultSeconds = 20 * 60;

async function describe({ aws }: Call, id: string): Promise<eks.Addon | undefined> {
    const [clusterName, addonName] = id.split(":");
    const answer = await unlessAbsent(aws.eks.send(new eks.DescribeAddonCommand({ clusterName, addonName })));
    return answer?.addon;
}

function outputsOf(addon: eks.Addon, inputs: Properties): Properties {
    const kept = ["preserve", "resolveConflictsOnCreate", "resolveConflictsOnUpdate", "region"];
    return {
        ...Object.fromEntries(kept.flatMap((key) => (inputs[key] === undefined ? [] : [[key, inputs[key]]]))),
        clusterName: addon.clusterName,
        addonName: addon.addonName,
        addonVersion: addon.addonVersion,
        arn: addon.addonArn,
        configurationValues: addon.configurationValues ?? "",
        serviceAccountRoleArn: addon.serviceAccountRoleArn ?? "",
        createdAt: addon.createdAt?.toISOString() ?? "",
        modifiedAt: addon.modifiedAt?.toISOString() ?? "",
        tags: addon.tags ?? {},
        tagsAll: addon.tags ?? {},
    };
}

/** Waits for ACTIVE; any other end is an error with the health issues in it. */
async function waitActive(call: Call, id: string): Promise<eks.Addon> {
    const deadline = Date.now() + (call.timeoutSeconds || defaultSeconds) * 1000;
    for (;;) {
        const addon = await describe(call, id);
        if (addon?.status === "ACTIVE") return addon;
        const issues = (addon?.health?.issues ?? [])
            .map(({ code, message }) => `${code}: ${message}`)
            .join("\n");
        if (!["CREATING", "DEGRADED", "UPDATING"].includes(addon?.status ?? "")) {
            throw new Error(
                `unexpected state '${addon?.status}', wanted target 'ACTIVE'. last error: ${issues}`,
            );
        }
        if (Date.now() > deadline) {
            throw new Error(
                `timeout while waiting for state to become 'ACTIVE' (last state: '${addon?.status}'). last error: ${issues}`,
            );
        }
        await sleep(pollMilliseconds);
    }
}

export const eksAddon: ResourceType = {
    module: "eks/addon",
    argumentsName: "AddonArgs",
    applied: [
        ...["clusterName", "addonName", "addonVersion", "configurationValues", "serviceAccountRoleArn"],
        ...["preserve", "resolveConflictsOnCreate", "resolveConflictsOnUpdate", "tags", "region"],
    ],
    replacedBy: ["clusterName", "addonName"],
    computed: ["arn", "createdAt", "modifiedAt", "tagsAll", "addonVersion", "configurationValues"],

    async create(call, inputs) {
        const id = `${inputs.clusterName}:${inputs.addonName}`;
        await call.aws.eks.send(
            new eks.CreateAddonCommand({
                clusterName: inputs.clusterName,
                addonName: inputs.addonName,
                addonVersion: inputs.addonVersion,
                configurationValues: inputs.configurationValues,
                resolveConflicts: inputs.resolveConflictsOnCreate,
                serviceAccountRoleArn: inputs.serviceAccountRoleArn,
                tags: inputs.tags,
            }),
        );
        try {
            return { id, outputs: outputsOf(await waitActive(call, id), inputs) };
        } catch (error) {
            const addon = await describe(call, id);
            const outputs = addon ? outputsOf(addon, inputs) : inputs;
            throw new PartlyCreated(
                id,
                outputs,
                `waiting for EKS Add-On (${id}) create: ${(error as Error).message}`,
            );
        }
    },

    async read(call, id, outputs) {
        const addon = await describe(call, id);
        return addon && outputsOf(addon, outputs ?? {});
    },

    async update(call, id, olds, news) {
        const { clusterName, addonName } = news;
        const changed = ["addonVersion", "configurationValues", "serviceAccountRoleArn"].some(
            (key) => news[key] !== undefined && news[key] !== olds[key],
        );
        if (changed) {
            const { update } = await call.aws.eks.send(
                new eks.UpdateAddonCommand({
                    clusterName,
                    addonName,
                    addonVersion: news.addonVersion,
                    configurationValues: news.configurationValues,
                    resolveConflicts: news.resolveConflictsOnUpdate,
                    serviceAccountRoleArn: news.serviceAccountRoleArn,
                }),
            );
            await waitUpdated(call, clusterName, addonName, update?.id ?? "");
        }
        const addon = await describe(call, id);
        if (!addon) throw new Error(`EKS Add-On (${id}) is gone`);
        const { removed, set } = tagChanges(addon.tags, news.tags);
        const resourceArn = addon.addonArn;
        if (removed.length > 0)
            await call.aws.eks.send(new eks.UntagResourceCommand({ resourceArn, tagKeys: removed }));
        if (Object.keys(set).length > 0)
            await call.aws.eks.send(new eks.TagResourceCommand({ resourceArn, tags: set }));
        return outputsOf({ ...addon, tags: { ...news.tags } }, news);
    },

    async remove(call, id, { preserve }) {
        const [clusterName, addonName] = id.split(":");
        const gone = await unlessAbsent(
            call.aws.eks.send(new eks.DeleteAddonCommand({ clusterName, addonName, preserve })),
        );
        if (!gone) return;
        const deadline = Date.now() + (call.timeoutSeconds || 2 * defaultSeconds) * 1000;
        for (;;) {
            const addon = await describe(call, id);
            if (!addon) return;
            if (addon.status === "DELETE_FAILED" || Date.now() > deadline) {
                throw new Error(`waiting for EKS Add-On (${id}) delete: last state '${addon.status}'`);
            }
            await sleep(pollMilliseconds);
        }
    },
};

async function waitUpdated(call: Call, name: string, addonName: string, updateId: string): Promise<void> {
    const deadline = Date.now() + (call.timeoutSeconds || defaultSeconds) * 1000;
    for (;;) {
        const { update } = await call.aws.eks.send(
            new eks.DescribeUpdateCommand({ name, addonName, updateId }),
        );
        if (update?.status === "Successful") return;
        const errors = (update?.errors ?? [])
            .map(({ errorCode, errorMessage }) => `${errorCode}: ${errorMessage}`)
            .join("\n");
        if (update?.status !== "InProgress" || Date.now() > deadline) {
            throw new Error(
                `waiting for EKS Add-On (${name}:${addonName}) update (${updateId}): ${update?.status}: ${errors}`,
            );
        }
        await sleep(pollMilliseconds);
    }
}
