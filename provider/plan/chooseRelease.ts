// The releases found in, the one to move out, or why there is none. Pure.

import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import type { Discovery } from "../discovery/discover";
import type { HiddenRelease } from "../discovery/hiddenRelease";
import type { Release } from "../ports/world";
import { recognise } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";

export interface ChosenRelease {
    readonly release: Release | undefined;
    readonly blockers: readonly Blocker[];
}

export function theRelease(
    discovery: Pick<Discovery, "releases" | "misnamed" | "hiddenRelease">,
    clusterName: string,
    profile: Profile,
): ChosenRelease {
    const { releases, hiddenRelease: hidden } = discovery;
    const [release, another] = releases;
    if (release === undefined && hidden !== undefined) return { release, blockers: [hiddenRelease(hidden)] };
    if (release === undefined) return { release, blockers: [noRelease(discovery, clusterName, profile)] };
    if (another !== undefined)
        return {
            release: undefined,
            blockers: [
                {
                    code: ErrorCode.SeveralReleases,
                    property: "releaseName",
                    what: `several releases hold chart ${profile.chart}: ${releases.map(({ namespace, name }) => `${namespace}/${name}`).join(", ")}`,
                    remedy: "name the one to move with `releaseName` and `releaseNamespace`",
                },
            ],
        };
    return { release, blockers: release.status === "deployed" ? [] : [notDeployed(release)] };
}

function notDeployed(release: Release): Blocker {
    const { namespace, name, revision, status } = release;
    return {
        code: ErrorCode.ReleasePending,
        property: "releaseName",
        what: `release ${namespace}/${name} revision ${revision} is ${status || "in a state that its record does not tell"}`,
        remedy: `${remedyOf(release)}, then run \`pulumi up\``,
    };
}

/** `helm rollback` needs a revision that was installed once; without a number it takes the one before, which may be none. */
function remedyOf({ namespace, name, revision, status, records }: Release): string {
    const former = [...records]
        .reverse()
        .find((one) => one.status === "deployed" || one.status === "superseded");
    const back = (to: number) => `\`helm rollback ${name} ${to} -n ${namespace}\``;
    if (status.startsWith("pending")) {
        const pending = records[records.length - 1];
        const whenKilled =
            former !== undefined
                ? `run ${back(former.revision)}`
                : `forget it with \`kubectl delete secret ${pending?.secretName} -n ${namespace}\`, which deletes nothing else, and install the release again`;
        return `wait for the running helm command; when it was killed, ${whenKilled}`;
    }
    // Helm keeps what it needs of a release that it uninstalled: going back to itself brings it back.
    if (status.startsWith("uninstall"))
        return `bring it back with ${back(revision)}, or install the add-on with HyperPodInferenceAddon where nothing of it is left`;
    return `bring it to \`deployed\` with \`helm upgrade\`${former === undefined ? "" : ` or ${back(former.revision)}`}`;
}

function noRelease(
    { misnamed }: Pick<Discovery, "misnamed">,
    clusterName: string,
    { chart }: Profile,
): Blocker {
    const [unrelated] = misnamed.unrelated;
    const [other, another] = misnamed.others;
    const blocker = { code: ErrorCode.ReleaseNotFound, property: "releaseName" };
    const none = `no Helm release of chart ${chart} was found on cluster ${clusterName}`;
    const what =
        unrelated === undefined
            ? `${none}${other === undefined ? "" : " by that name and namespace"}`
            : `release ${placeOf(unrelated)} holds chart ${unrelated.chart} and nothing of ${chart}`;
    if (other === undefined)
        return {
            ...blocker,
            what,
            remedy: "look with `helm list -A`; set `releaseName` and `releaseNamespace` when the release has another chart, or use HyperPodInferenceAddon when nothing is installed yet",
        };
    const all = misnamed.others.map(placeOf).join(", ");
    return {
        ...blocker,
        what: `${what}; ${all} ${another === undefined ? "holds" : "hold"} it`,
        remedy:
            another === undefined
                ? `set \`releaseName\` to ${other.name} and \`releaseNamespace\` to ${other.namespace}, or leave both out`
                : "name the one to move with `releaseName` and `releaseNamespace`",
    };
}

function placeOf({ namespace, name }: Release): string {
    return `${namespace}/${name}`;
}

/** Records are read, hidden and brought back as Secrets; elsewhere they could be none of that. */
function hiddenRelease({ name, namespace, workload, inConfigMaps }: HiddenRelease): Blocker {
    const where = inConfigMaps
        ? "are ConfigMaps (HELM_DRIVER=configmap)"
        : `are no Secrets of namespace ${namespace} (HELM_DRIVER=sql, another \`releaseNamespace\`, or somebody deleted them)`;
    return {
        code: ErrorCode.ReleaseNotFound,
        property: "releaseName",
        what: `${workload.kind} ${workload.namespace}/${workload.name} is of Helm release ${namespace}/${name}, whose records ${where}; a move needs them as Secrets, as Helm keeps them by default`,
        remedy: `save the values (\`helm get values ${name} -n ${namespace} -o yaml > values.yaml\` with the driver that keeps them now), then run \`helm upgrade --install ${name} <chart> -n ${namespace} -f values.yaml\` without HELM_DRIVER: it takes the objects over and writes its record as a Secret`,
    };
}

/** The version in the image of the running operator; the chart's own word when the image tells none. */
export function runningOperator(release: Release, profile: Profile): string {
    const operator = release.objects.find(
        (object, index) =>
            object.kind === "Deployment" &&
            recognise(profile.controllers, object, release.sources?.[index])?.signs.component === "operator",
    );
    const containers =
        (operator?.spec as { template?: { spec?: { containers?: { image?: string }[] } } } | undefined)
            ?.template?.spec?.containers ?? [];
    const tag = containers
        .map(({ image }) => /:v?(\d+(?:\.\d+)+)/.exec(image ?? "")?.[1])
        .find((version) => version !== undefined);
    return tag ?? release.appVersion.replace(/^v/, "");
}

/** Labels and annotations by which GitOps tools mark what they keep. */
const GITOPS: readonly (readonly [mark: RegExp, tool: string, pause: string])[] = [
    [/^helm\.toolkit\.fluxcd\.io\/name$/, "Flux (HelmRelease)", "flux suspend helmrelease"],
    [/^kustomize\.toolkit\.fluxcd\.io\/name$/, "Flux (Kustomization)", "flux suspend kustomization"],
    [/^argocd\.argoproj\.io\/(instance|tracking-id)$/, "Argo CD", "argocd app set --sync-policy none"],
];

/** Whoever keeps the release would put back what the move takes away. */
export function gitOpsBlockers(release: Release, discovery: Discovery): Blocker[] {
    const marked = [
        { labels: release.labels },
        ...[...discovery.live.values()].map(({ metadata }) => metadata),
    ];
    for (const [mark, tool, pause] of GITOPS) {
        for (const { labels, annotations } of marked as {
            labels?: Record<string, string>;
            annotations?: Record<string, string>;
        }[]) {
            const [key, value] =
                Object.entries({ ...labels, ...annotations }).find(([name]) => mark.test(name)) ?? [];
            if (key === undefined) continue;
            return [
                {
                    code: ErrorCode.ReleaseManagedElsewhere,
                    property: "releaseName",
                    what: `release ${release.namespace}/${release.name} is kept by ${tool} (${key}: ${value})`,
                    remedy: `take the release out of ${tool} without deleting its objects (\`${pause}\`, then remove it there with orphaning), then run \`pulumi up\``,
                },
            ];
        }
    }
    return [];
}
