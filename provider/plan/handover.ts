// What was found of the release's controllers in; which of them hand over without a pause, and why the others pause, out. Pure.
import type { Blocker } from "../../common/blocker";
import { Handover } from "../../common/enums";
import { ErrorCode } from "../../common/errors";
import type { ReleaseController } from "../discovery/controllers";
import type { Discovery } from "../discovery/discover";
import { describeRights } from "../permissions/clusterRights";
import type { Profile } from "../profiles/profile";
import { conversionBridge } from "./conversionBridge";
import { KEPT_UP } from "./orders";
import type { ComponentHandover, MigrationStep, PlanDraft, PlannedHandover } from "./plan";

/** From this version on the API server looks for whom to ask in EndpointSlices, whoever wrote them. */
const FOLLOWS_SLICES = [1, 33] as const;

export interface HandoverInputs {
    readonly handover: Handover;
    readonly until?: MigrationStep;
}

export interface HandoverDecision {
    readonly planned: Pick<PlanDraft, "handover">;
    readonly blockers: readonly Blocker[];
}

export function planHandover(
    discovery: Discovery,
    inputs: HandoverInputs,
    profile: Profile,
): HandoverDecision {
    const { handover: asked } = inputs;
    if (asked === Handover.Pause) return { planned: {}, blockers: [] };
    const ofAll = reasonsForAll(discovery, inputs);
    const components = discovery.controllers.map((one) => componentOf(one, discovery, profile, ofAll));
    const order = components.some(({ bridge }) => bridge !== undefined) ? Handover.Seamless : Handover.Pause;
    const pausing = components.filter(({ bridge }) => bridge === undefined);
    return {
        planned: components.length === 0 ? {} : { handover: { order, asked, components } },
        blockers: asked === Handover.Seamless && pausing.length > 0 ? [notSeamless(pausing)] : [],
    };
}

/** The plan's lines on it; none where a pause was asked for. */
export function describeHandover(handover: PlannedHandover | undefined): string[] {
    return (handover?.components ?? []).map(({ component, startUpSeconds, why }) =>
        why.length === 0
            ? `${component}: away for 0 s; Helm's pods serve until the add-on's are available`
            : `${component}: away for at least ${startUpSeconds} s on real nodes, because ${why.join("; and ")}`,
    );
}

/** What keeps every controller from handing over. */
function reasonsForAll({ cluster, addon, handover }: Discovery, { until }: HandoverInputs): string[] {
    const { kubernetesVersion } = cluster;
    return [
        ...(handover.missingRights.length === 0
            ? []
            : [`this principal may not ${describeRights(handover.missingRights)}`]),
        ...(addon === undefined ? [] : [`the add-on is there already (${addon.status})`]),
        ...(isAtLeast(kubernetesVersion, FOLLOWS_SLICES)
            ? []
            : [
                  `Kubernetes ${kubernetesVersion} does not ask the pods that EndpointSlices of others name; ${FOLLOWS_SLICES.join(".")} and later do`,
              ]),
        ...(until !== undefined && KEPT_UP.has(until)
            ? [`\`until: ${until}\` stops while nobody would lead requests to pods that move`]
            : []),
    ];
}

function componentOf(
    controller: ReleaseController,
    discovery: Discovery,
    profile: Profile,
    ofAll: readonly string[],
): ComponentHandover {
    const { component, workload } = controller;
    const signs = profile.controllers.find((one) => one.component === component);
    const { apiVersion, kind, metadata } = workload;
    const { name, namespace = "" } = metadata;
    const facts = {
        component,
        workload: { apiVersion, kind, namespace, name },
        startUpSeconds: signs?.startUpSeconds ?? 0,
    };
    const { bridge, why } = conversionBridge(controller, signs?.handover, discovery, profile);
    const reasons = [...ofAll, ...why];
    return bridge === undefined || reasons.length > 0
        ? { ...facts, why: reasons }
        : { ...facts, bridge, why: [] };
}

function notSeamless(pausing: readonly ComponentHandover[]): Blocker {
    return {
        code: ErrorCode.HandoverNotSeamless,
        property: "handover",
        what: pausing
            .map(({ component, why }) => `${component} would pause: ${why.join("; and ")}`)
            .join("\n"),
        remedy: "set `handover: Handover.Auto`, which pauses these controllers alone, or remove what is named",
    };
}

/** "1.33" and "1.33+" alike; an unknown version is none. */
function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
    const [, ofMajor = "", ofMinor = ""] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
    return Number(ofMajor) > major || (Number(ofMajor) === major && Number(ofMinor) >= minor);
}
