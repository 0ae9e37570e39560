// The resource that is created when the add-on is really healthy, and that refuses to go while models exist.
import { createAgain, describeAddon, issuesOf } from "./addonState";
import { type Connection, connectionKeys } from "./connection";
import { reportControllers } from "./controllers";
import { type Bag, clean, differs, type Lifecycle, refusal, unfinished } from "./dynamicResults";
import { kubernetesReader } from "./kubernetesReader";
import { findModels } from "./models";
import { remedyFor } from "./remedies";

interface HealthInputs extends Connection {
    clusterName: string;
    addonName: string;
    namespace: string;
    timeoutSeconds: number;
    resolveConflicts: "NONE" | "OVERWRITE";
    preserve: boolean;
}

/** A new version, new settings or a new add-on are waited for again; destroying reaches the cluster the way that was stored last. */
const watched = [
    ...connectionKeys,
    "clusterName",
    "addonName",
    "addonArn",
    "addonVersion",
    "configurationValues",
    "namespace",
    "preserve",
];
const pollMilliseconds = 2_000;

interface Health {
    healthy: boolean;
    /** Nothing will change by waiting longer. */
    final: boolean;
    outs: Bag;
    problems: string[];
}

/** One look at the add-on and its controllers. */
async function look(inputs: HealthInputs): Promise<Health> {
    const { clusterName, addonName, namespace } = inputs;
    const addon = await describeAddon(inputs, clusterName, addonName);
    if (!addon) {
        const problems = [`the add-on ${addonName} is not in the cluster ${clusterName}`];
        return {
            healthy: false,
            final: true,
            outs: { status: "MISSING", healthIssues: [], controllers: [] },
            problems,
        };
    }
    const healthIssues = issuesOf(addon);
    const status = addon.status ?? "UNKNOWN";
    const outs: Bag = { status, healthIssues, addonVersion: addon.addonVersion, controllers: [] };
    if (["CREATING", "UPDATING"].includes(status)) {
        return { healthy: false, final: false, outs, problems: [`the add-on is still ${status}`] };
    }
    const read = await kubernetesReader(inputs, clusterName);
    if (!read) return { healthy: false, final: true, outs, problems: [`the cluster ${clusterName} is gone`] };
    const { allAvailable, controllers, failingPods } = await reportControllers(read, namespace);
    const healthy = status === "ACTIVE" && allAvailable;
    const notAvailable = allAvailable ? [] : [`controllers available: ${controllers.join(", ") || "none"}`];
    const problems = [...healthIssues, ...notAvailable, ...failingPods];
    return { healthy, final: status !== "ACTIVE", outs: { ...outs, controllers }, problems };
}

/** Waits until the add-on is healthy, says why it never will be, or gives up in time. */
async function waitUntilHealthy(inputs: HealthInputs, id: string, raw: Bag): Promise<Bag> {
    const deadline = Date.now() + inputs.timeoutSeconds * 1000;
    let triedAgain = false;
    let trouble: string | undefined;
    let health: Health | undefined;
    for (;;) {
        try {
            health = await look(inputs);
            trouble = undefined;
        } catch (error) {
            // A control plane may be away for a moment; the deadline decides.
            trouble = error instanceof Error ? error.message : String(error);
        }
        if (health?.healthy && trouble === undefined) return clean({ ...raw, ...health.outs, healthy: true });
        if (health?.outs["status"] === "CREATE_FAILED" && !triedAgain) {
            triedAgain = true;
            const addon = await describeAddon(inputs, inputs.clusterName, inputs.addonName);
            if (addon) {
                console.log(`The creation of ${inputs.addonName} had failed; EKS is asked for it again.`);
                await createAgain(inputs, addon, inputs.resolveConflicts);
                continue;
            }
        }
        if (trouble === undefined && health?.final) break;
        if (Date.now() >= deadline) break;
        await new Promise((resolve) =>
            setTimeout(resolve, Math.min(pollMilliseconds, Math.max(1, deadline - Date.now()))),
        );
    }
    const timedOut = trouble !== undefined || !health?.final;
    const problems = [...(health?.problems ?? []), ...(trouble ? [trouble] : [])];
    const what = timedOut
        ? `was not healthy within ${inputs.timeoutSeconds / 60} minutes`
        : `is ${String(health?.outs["status"])} and not healthy`;
    const remedy = remedyFor(problems, inputs.clusterName, inputs.addonName, inputs.namespace);
    const reasons = [
        `${inputs.addonName} ${what}.\n${problems.map((problem) => `  - ${problem}`).join("\n")}\n  What to do: ${remedy}`,
    ];
    throw unfinished(id, raw, { ...raw, ...(health?.outs ?? {}), healthy: false }, reasons);
}

async function healthy(id: string, bag: Bag): Promise<Bag> {
    const inputs = bag as HealthInputs;
    try {
        return await waitUntilHealthy(inputs, id, bag);
    } catch (error) {
        if (Array.isArray((error as { reasons?: unknown }).reasons)) throw error;
        const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        const remedy = remedyFor([why], inputs.clusterName, inputs.addonName, inputs.namespace);
        throw unfinished(id, bag, { ...bag, healthy: false }, [
            `${inputs.addonName} could not be judged: ${why}\n  What to do: ${remedy}`,
        ]);
    }
}

export const addonHealth: Lifecycle = {
    async check(_olds, news) {
        return { inputs: clean(news) };
    },
    async diff(_id, olds, news) {
        return { changes: olds["healthy"] !== true || differs(olds, news, watched) };
    },
    async create(inputs) {
        const id = `${String(inputs["clusterName"])}/${String(inputs["addonName"])}`;
        return { id, outs: await healthy(id, inputs) };
    },
    async update(id, _olds, news) {
        return { outs: await healthy(id, news) };
    },
    async read(id, props) {
        const { healthy: isHealthy, outs } = await look(props as HealthInputs);
        return { id, props: clean({ ...props, ...outs, healthy: isHealthy }) };
    },
    async delete(_id, props) {
        const inputs = props as HealthInputs;
        if (inputs.preserve) return;
        const read = await kubernetesReader(inputs, inputs.clusterName);
        if (!read) return;
        const models = await findModels(read);
        if (models.length === 0) return;
        throw refusal(
            `The add-on ${inputs.addonName} of the cluster ${inputs.clusterName} still serves ${models.length} custom ` +
                `resource(s): ${models.slice(0, 10).join(", ")}${models.length > 10 ? ", …" : ""}.\n` +
                "Without the operator their finalizers would never end, so nothing was deleted.\n" +
                "Delete the models first (kubectl delete <kind> -n <namespace> <name>), or keep everything running: " +
                "set preserveOnDelete to true, run pulumi up, then pulumi destroy.",
        );
    },
};
