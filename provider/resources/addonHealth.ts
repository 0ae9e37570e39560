// The resource that is created when the add-on is really healthy, and that refuses to go while models exist.

import { randomUUID } from "node:crypto";
import { AWS_REACH } from "../../common/awsAccess";
import { asMigrationError, ErrorCode, MigrationError, messageOf } from "../../common/errors";
import type { SessionRequest } from "../adapters/aws/session";
import { hasFailed, isUnderWay } from "../addons/states";
import { poll } from "../ports/poll";
import { type Addon, type AddonIssue, AddonStatus } from "../ports/world";
import { callLog } from "../process/callLog";
import { systemClock } from "../process/systemClock";
import { PartialFailure } from "../pulumi/partialState";
import type { Bag } from "../pulumi/propertyBag";
import { addonsOf } from "./addonsOf";
import { reportControllers } from "./availableControllers";
import { type ClusterReads, reachCluster, reachIn } from "./clusterOfResource";
import { findModels } from "./findModels";
import { modelsRemain } from "./modelsRemain";
import { differs } from "./propertiesDiffer";
import { remedyFor } from "./remediesOfIssues";
import { tellErrors } from "./tellErrors";

interface HealthInputs {
    clusterName: string;
    addonName: string;
    namespace: string;
    timeoutSeconds: number;
    resolveConflicts: "NONE" | "OVERWRITE";
    preserve: boolean;
}

/** A new version, new settings or a new add-on are waited for again; destroying reaches the cluster the way that was stored last. */
const watched = [
    ...AWS_REACH,
    "clusterName",
    "addonName",
    "addonArn",
    "addonVersion",
    "configurationValues",
    "namespace",
    "preserve",
];
const POLL_MS = 2_000;

interface Health {
    healthy: boolean;
    /** Nothing will change by waiting longer. */
    final: boolean;
    outs: Bag;
    problems: string[];
}

/** Looks at one add-on and its controllers as often as it is asked; how to reach the cluster is found out once. */
class Look {
    #cluster: ClusterReads | undefined;

    constructor(
        readonly request: SessionRequest,
        readonly inputs: HealthInputs,
    ) {}

    async addon(): Promise<Addon | undefined> {
        const { addonName } = this.inputs;
        return (await this.#addons()).describe(addonName);
    }

    /** An add-on whose creation failed cannot be updated; EKS takes the same creation again instead. */
    async createAgain({
        name,
        version,
        configurationValues,
        serviceAccountRoleArn,
        tags,
    }: Addon): Promise<void> {
        await (await this.#addons()).create({
            name,
            version,
            tags,
            token: randomUUID(),
            resolveConflicts: this.inputs.resolveConflicts,
            ...(configurationValues ? { configurationValues } : {}),
            ...(serviceAccountRoleArn ? { serviceAccountRoleArn } : {}),
        });
    }

    async health(): Promise<Health> {
        const { clusterName, addonName, namespace } = this.inputs;
        const addon = await this.addon();
        if (!addon) {
            const problems = [`the add-on ${addonName} is not in the cluster ${clusterName}`];
            const outs = { status: "MISSING", healthIssues: [], controllers: [] };
            return { healthy: false, final: true, outs, problems };
        }
        const { status, version: addonVersion } = addon;
        const healthIssues = addon.issues.map(issueLine);
        const outs: Bag = { status, healthIssues, addonVersion, controllers: [] };
        if (isUnderWay(addon))
            return { healthy: false, final: false, outs, problems: [`the add-on is still ${status}`] };
        this.#cluster ??= await reachCluster(this.request, clusterName);
        if (!this.#cluster)
            return { healthy: false, final: true, outs, problems: [`the cluster ${clusterName} is gone`] };
        const { allAvailable, controllers, failingPods } = await reportControllers(this.#cluster, namespace);
        const notAvailable = allAvailable
            ? []
            : [`controllers available: ${controllers.join(", ") || "none"}`];
        return {
            healthy: status === AddonStatus.Active && allAvailable,
            final: hasFailed(addon),
            outs: { ...outs, controllers },
            problems: [...healthIssues, ...notAvailable, ...failingPods],
        };
    }

    #addons() {
        // The version of Kubernetes matters to the catalogue alone, which is not asked here.
        return addonsOf(this.request, { name: this.inputs.clusterName, kubernetesVersion: "" });
    }
}

/** One line per health issue, with the code that EKS gives it. */
function issueLine({ code, message, resourceIds }: AddonIssue): string {
    const about = resourceIds.length > 0 ? ` (${resourceIds.join(", ")})` : "";
    return `${code || "Unknown"}: ${message.trim() || "no message"}${about}`;
}

/** Waits until the add-on is healthy, says why it never will be, or gives up in time. */
async function waitUntilHealthy(look: Look, id: string, raw: Bag): Promise<Bag> {
    const { inputs } = look;
    const timeoutMs = inputs.timeoutSeconds * 1000;
    let triedAgain = false;
    let health: Health | undefined;
    const lookAgain = async (): Promise<{ trouble?: string; isOver: boolean }> => {
        try {
            health = await look.health();
        } catch (error) {
            // A control plane may be away for a moment; the deadline decides.
            return { trouble: messageOf(error), isOver: false };
        }
        if (health.outs.status === AddonStatus.CreateFailed && !triedAgain) {
            triedAgain = true;
            const addon = await look.addon();
            if (addon) {
                callLog.warn(`The creation of ${inputs.addonName} had failed; EKS is asked for it again.`);
                await look.createAgain(addon);
                return { isOver: false };
            }
        }
        return { isOver: health.healthy || health.final };
    };
    const { trouble, isOver } = await poll(
        systemClock,
        { timeoutMs, pauseMs: (elapsed) => Math.min(POLL_MS, Math.max(1, timeoutMs - elapsed)) },
        lookAgain,
        (seen) => seen.isOver,
    );
    if (isOver && health?.healthy) return { ...raw, ...health.outs, healthy: true };
    const timedOut = !isOver;
    const problems = [...(health?.problems ?? []), ...(trouble ? [trouble] : [])];
    const { message } = new MigrationError({
        code: timedOut ? ErrorCode.AddonTimeout : ErrorCode.AddonFailed,
        step: "health of the add-on",
        what: timedOut
            ? `${inputs.addonName} was not healthy within ${inputs.timeoutSeconds / 60} minutes`
            : `${inputs.addonName} is ${String(health?.outs.status)} and not healthy`,
        why: problems.join("\n  - "),
        remedy: remedyFor(problems, inputs.clusterName, inputs.addonName, inputs.namespace),
    });
    throw new PartialFailure(id, { ...raw, ...(health?.outs ?? {}), healthy: false }, [message]);
}

async function healthy(id: string, bag: Bag): Promise<Bag> {
    const look = lookOf(bag);
    try {
        return await waitUntilHealthy(look, id, bag);
    } catch (error) {
        if (error instanceof PartialFailure) throw error;
        const { clusterName, addonName, namespace } = look.inputs;
        const remedy = remedyFor([messageOf(error)], clusterName, addonName, namespace);
        const told = asMigrationError(error, "health of the add-on", remedy);
        throw new PartialFailure(id, { ...bag, healthy: false }, [told.message]);
    }
}

function lookOf(bag: Bag): Look {
    return new Look(reachIn(bag) ?? {}, bag as unknown as HealthInputs);
}

export const addonHealth = tellErrors("health of the add-on", {
    check: (_olds, news) => ({ inputs: news }),
    diff: (_id, olds, news) => ({ changes: olds.healthy !== true || differs(olds, news, watched) }),
    async create(inputs) {
        const id = `${String(inputs.clusterName)}/${String(inputs.addonName)}`;
        return { id, outs: await healthy(id, inputs) };
    },
    update: async (id, _olds, news) => ({ outs: await healthy(id, news) }),
    async read(id, props) {
        const { healthy: isHealthy, outs } = await lookOf(props).health();
        return { id, props: { ...props, ...outs, healthy: isHealthy } };
    },
    async delete(_id, props) {
        const { request, inputs } = lookOf(props);
        if (inputs.preserve) return;
        const cluster = await reachCluster(request, inputs.clusterName);
        if (!cluster) return;
        const models = await findModels(cluster.objects);
        if (models.length > 0) throw modelsRemain(inputs, models);
    },
});
