// A sandbox before and after comes in; statements that hold, or an error with what does not, go out. Changes nothing but what `helm upgrade` changes.

import {
    captureState,
    compareIdentities,
    compareStates,
    countObjects,
    describeDifferences,
    type State,
} from "../compare";
import { defaultRelease, defaultRevisions, helm, operatorAddon } from "../content";
import { requestJson } from "../kubernetes/requestJson";
import type { Sandbox } from "../sandboxHandle";
import { ClusterSource } from "../watch/clusterSource";

const NAMESPACE = "kube-system";

class ProofFailed extends Error {}

/** After the move: the add-on works, Helm knows nothing of it, models and their pods are the same. */
export async function proveMoved(sandbox: Sandbox, before: State): Promise<string[]> {
    const now = await captureState(sandbox);
    const addon = now.aws[Object.keys(now.aws).find((key) => key.includes(operatorAddon)) ?? ""] as
        | { status?: string; addonVersion?: string }
        | undefined;
    must(addon !== undefined && JSON.stringify(addon).includes("ACTIVE"), "the add-on is not ACTIVE");
    const moved = compareIdentities(before, now);
    must(moved.length === 0, `custom resources or model pods changed:\n${describeDifferences(moved)}`);
    const releases = await helm(sandbox, ["list", "-A", "--all", "-o", "json"]);
    must(!releases.includes(`"${defaultRelease}"`), "`helm list -A` still shows the release");
    const away = await unavailable(sandbox);
    must(away.length === 0, `not available: ${away.join(", ")}`);
    return [
        `the add-on is ACTIVE and all controllers are available`,
        `every custom resource and every model pod has its former UID`,
        `helm list -A no longer shows ${defaultRelease}`,
    ];
}

/** After the undo: nothing differs, requests of every kind are answered, Helm works as before. */
export async function proveUndone(sandbox: Sandbox, before: State): Promise<string[]> {
    const now = await captureState(sandbox);
    const differences = compareStates(before, now);
    must(differences.length === 0, `the state differs from the start:\n${describeDifferences(differences)}`);
    const { kubernetes, aws } = countObjects(now);
    const answered = await answeredRequests(sandbox);
    const revisions = (
        JSON.parse(
            await helm(sandbox, ["history", defaultRelease, "-n", NAMESPACE, "-o", "json"]),
        ) as unknown[]
    ).length;
    must(
        revisions === defaultRevisions,
        `helm history shows ${revisions} revisions, not ${defaultRevisions}`,
    );
    await helm(sandbox, [
        "upgrade",
        defaultRelease,
        `${__dirname}/../chart/${defaultRelease}`,
        "-n",
        NAMESPACE,
        "--reuse-values",
    ]);
    return [
        `${kubernetes} objects of the cluster and ${aws} of AWS compared with the start: no difference, field managers included`,
        `answered: ${answered.join(", ")}`,
        `helm history shows the former ${revisions} revisions, and helm upgrade --reuse-values succeeds`,
    ];
}

async function unavailable(sandbox: Sandbox): Promise<string[]> {
    const { items } = (await requestJson(sandbox, "GET", "/apis/apps/v1/deployments")) as {
        items: {
            metadata: { namespace: string; name: string };
            spec: { replicas: number };
            status: { availableReplicas?: number };
        }[];
    };
    return items
        .filter(({ spec, status }) => (status.availableReplicas ?? 0) < spec.replicas)
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

/** Reads and writes of models in every served version, ingress creation, both metrics APIs: what the observer of a move asks, once each. */
async function answeredRequests(sandbox: Sandbox): Promise<string[]> {
    const source = new ClusterSource(sandbox);
    try {
        const probes = await source.probes();
        for (const probe of probes) await probe.run();
        const names = probes.map(({ name }) => name);
        const others = names.filter((name) => !/^(read|write) /.test(name));
        // A metrics API that is not registered has no probe.
        const unasked = ["create ingress", "external metrics", "metrics"].filter(
            (one) => !others.includes(one),
        );
        must(unasked.length === 0, `nobody can be asked for: ${unasked.join(", ")}`);
        return [`${names.length - others.length} reads and writes of models in each version`, ...others];
    } finally {
        await source.stop();
    }
}

function must(holds: boolean, otherwise: string): void {
    if (!holds) throw new ProofFailed(otherwise);
}
