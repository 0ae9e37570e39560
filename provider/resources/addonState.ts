// An add-on's name comes in, what EKS says about it goes out; a failed creation is asked for again. Deletes nothing.
import type { Addon } from "@aws-sdk/client-eks";
import { type Connection, eksClient, isAbsent } from "./connection";

/** What EKS says; undefined when there is no such add-on or no such cluster. */
export async function describeAddon(
    connection: Connection,
    clusterName: string,
    addonName: string,
): Promise<Addon | undefined> {
    const { DescribeAddonCommand } = require("@aws-sdk/client-eks") as typeof import("@aws-sdk/client-eks");
    const client = eksClient(connection);
    try {
        return (await client.send(new DescribeAddonCommand({ clusterName, addonName }))).addon;
    } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
    } finally {
        client.destroy();
    }
}

/** One line per health issue, with the code that EKS gives it. */
export function issuesOf(addon: Addon): string[] {
    return (addon.health?.issues ?? []).map(({ code, message, resourceIds }) => {
        const about = resourceIds && resourceIds.length > 0 ? ` (${resourceIds.join(", ")})` : "";
        return `${code ?? "Unknown"}: ${(message ?? "no message").trim()}${about}`;
    });
}

/** An add-on whose creation failed cannot be updated; EKS takes the same creation again instead. */
export async function createAgain(
    connection: Connection,
    addon: Addon,
    resolveConflicts: "NONE" | "OVERWRITE",
): Promise<void> {
    const { CreateAddonCommand } = require("@aws-sdk/client-eks") as typeof import("@aws-sdk/client-eks");
    const client = eksClient(connection);
    try {
        await client.send(
            new CreateAddonCommand({
                clusterName: addon.clusterName,
                addonName: addon.addonName,
                addonVersion: addon.addonVersion,
                configurationValues: addon.configurationValues,
                serviceAccountRoleArn: addon.serviceAccountRoleArn,
                tags: addon.tags,
                resolveConflicts,
            }),
        );
    } finally {
        client.destroy();
    }
}
