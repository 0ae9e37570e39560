// A sandbox before and after comes in; statements that hold, or an error with what does not, go out. Changes nothing but what `helm upgrade` changes.

import {
    captureState,
    compareIdentities,
    compareStates,
    countObjects,
    describeDifferences,
    type State,
} from "../compare";
import { helm } from "../content";
import type { Sandbox } from "../handle";
import { requestJson } from "../kubernetes/requestJson";

const RELEASE = "hyperpod-inference-operator";
const NAMESPACE = "kube-system";
const ADDON = "amazon-sagemaker-hyperpod-inference";

class ProofFailed extends Error {}

/** After the move: the add-on works, Helm knows nothing of it, models and their pods are the same. */
export async function proveMoved(sandbox: Sandbox, before: State): Promise<string[]> {
    const now = await captureState(sandbox);
    const addon = now.aws[Object.keys(now.aws).find((key) => key.includes(ADDON)) ?? ""] as
        | { status?: string; addonVersion?: string }
        | undefined;
    must(addon !== undefined && JSON.stringify(addon).includes("ACTIVE"), "the add-on is not ACTIVE");
    const moved = compareIdentities(before, now);
    must(moved.length === 0, `custom resources or model pods changed:\n${describeDifferences(moved)}`);
    const releases = await helm(sandbox, ["list", "-A", "--all", "-o", "json"]);
    must(!releases.includes(`"${RELEASE}"`), "`helm list -A` still shows the release");
    const away = await unavailable(sandbox);
    must(away.length === 0, `not available: ${away.join(", ")}`);
    return [
        `the add-on is ACTIVE and all controllers are available`,
        `every custom resource and every model pod has its former UID`,
        `helm list -A no longer shows ${RELEASE}`,
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
        JSON.parse(await helm(sandbox, ["history", RELEASE, "-n", NAMESPACE, "-o", "json"])) as unknown[]
    ).length;
    must(revisions === 3, `helm history shows ${revisions} revisions, not 3`);
    await helm(sandbox, [
        "upgrade",
        RELEASE,
        `${__dirname}/../chart/${RELEASE}`,
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

/** Reads and writes of models in every served version, ingress creation, both metrics APIs. */
async function answeredRequests(sandbox: Sandbox): Promise<string[]> {
    const answered: string[] = [];
    const crds = (await requestJson(
        sandbox,
        "GET",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    )) as {
        items: {
            spec: {
                group: string;
                names: { plural: string; kind: string };
                versions: { name: string; served: boolean }[];
            };
        }[];
    };
    for (const { spec } of crds.items.filter((crd) => crd.spec.group.startsWith("inference.sagemaker"))) {
        for (const { name } of spec.versions.filter(({ served }) => served)) {
            const path = `/apis/${spec.group}/${name}/${spec.names.plural}`;
            const { items } = (await requestJson(sandbox, "GET", path)) as {
                items: { metadata: { namespace: string; name: string } }[];
            };
            for (const { metadata } of items.slice(0, 1)) {
                const one = `/apis/${spec.group}/${name}/namespaces/${metadata.namespace}/${spec.names.plural}/${metadata.name}`;
                await requestJson(sandbox, "PATCH", `${one}?dryRun=All`, {
                    metadata: { annotations: { demo: "writable" } },
                });
            }
            answered.push(`${items.length} ${spec.names.kind} ${name}`);
        }
    }
    const ingress = {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name: "demo-probe" },
        spec: {
            ingressClassName: "alb",
            defaultBackend: { service: { name: "demo", port: { number: 80 } } },
        },
    };
    await requestJson(
        sandbox,
        "POST",
        "/apis/networking.k8s.io/v1/namespaces/default/ingresses?dryRun=All",
        ingress,
    );
    answered.push("ingress creation");
    for (const api of ["external.metrics.k8s.io", "metrics.k8s.io"]) {
        await requestJson(sandbox, "GET", `/apis/${api}/v1beta1`);
        answered.push(api);
    }
    return answered;
}

function must(holds: boolean, otherwise: string): void {
    if (!holds) throw new ProofFailed(otherwise);
}
