// What was found of the release's controllers in; which of them hand over without a pause, and why the others pause, out. Pure.
import type { Blocker } from "../../common/blocker";
import { Handover } from "../../common/enums";
import { ErrorCode } from "../../common/errors";
import type { ReleaseController } from "../discovery/controllers";
import type { Discovery } from "../discovery/discover";
import { describeRights } from "../permissions/clusterRights";
import type { ClusterRight } from "../ports/world";
import { AskedFor, type ControllerSigns, type HandoverSigns } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";
import type { Values } from "../settings/mapSettings";
import { admissionBridge } from "./admissionBridge";
import { conversionBridge } from "./conversionBridge";
import { FOLLOWS_SLICES, followsSlices } from "./kubernetesVersions";
import type { AdmissionBridge, ComponentHandover, MigrationStep, PlanDraft, PlannedHandover } from "./plan";
import { isOn } from "./rivals";
import { sharedBridge } from "./sharedBridge";
import { KEPT_UP, orderFor } from "./stepOrders";

/** So long webhooks go unasked at most when nobody comes back. */
export const BYPASS_SECONDS = 60;

export interface HandoverInputs {
    readonly handover: Handover;
    /** Whether webhooks may go unasked for the seconds that need it. */
    readonly allowAdmissionBypass: boolean;
    readonly until?: MigrationStep;
    /** Settings of the add-on: what they leave out takes nothing over. */
    readonly configuration?: Values;
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
    const components = discovery.controllers.map((one) =>
        componentOf(one, discovery, profile, ofAll, inputs),
    );
    const pausing = components.filter(({ why }) => why.length > 0);
    const order = orderFor(components);
    return {
        planned: components.length === 0 ? {} : { handover: { order, asked, components } },
        blockers: asked === Handover.Seamless && pausing.length > 0 ? [notSeamless(pausing)] : [],
    };
}

/** The plan's lines on it; none where a pause was asked for. */
export function describeHandover(handover: PlannedHandover | undefined): string[] {
    return (handover?.components ?? []).map(({ component, startUpSeconds, why, admission, shared }) => {
        if (why.length > 0)
            return `${component}: away for at least ${startUpSeconds} s on real nodes, because ${why.join("; and ")}`;
        const costs = [
            "Helm's pods serve until the add-on's are available",
            ...(admission === undefined ? [] : [costOf(admission)]),
            ...(shared === undefined ? [] : [LATE_VALUES]),
        ];
        return `${component}: away for 0 s; ${costs.join("; ")}`;
    });
}

/** The adapter waits for a leader; its clients get the answer then. */
const LATE_VALUES =
    "values of external metrics may come some seconds late while leadership goes over, and autoscalers keep their scale";

/** EKS puts another authority into the configurations before pods of it serve. */
function costOf({ isBypassed, configurations }: AdmissionBridge): string {
    const names = [...new Set(configurations.map(({ name }) => name))].join(", ");
    return isBypassed
        ? `for the seconds in which EKS applies ${names}, the API server does not ask it: ingresses are not checked, target group bindings get no defaults; off by itself after ${BYPASS_SECONDS} s`
        : `what ${names} is asked about may be refused for about 1 s while EKS applies it, which \`allowAdmissionBypass\` avoids`;
}

/** What keeps every controller from handing over. */
function reasonsForAll({ cluster, addon, handover }: Discovery, { until }: HandoverInputs): string[] {
    const { kubernetesVersion } = cluster;
    return [
        ...whyNotAllowed(handover.missingRights),
        ...(addon === undefined ? [] : [`the add-on is there already (${addon.status})`]),
        ...(followsSlices(kubernetesVersion)
            ? []
            : [
                  `Kubernetes ${kubernetesVersion} does not ask the pods that EndpointSlices of others name; ${FOLLOWS_SLICES.join(".")} and later do`,
              ]),
        ...(until !== undefined && KEPT_UP.has(until)
            ? [`\`until: ${until}\` stops while nobody would lead requests to pods that move`]
            : []),
    ];
}

function whyNotAllowed(missing: readonly ClusterRight[]): string[] {
    return missing.length === 0 ? [] : [`this principal may not ${describeRights(missing)}`];
}

function componentOf(
    controller: ReleaseController,
    discovery: Discovery,
    profile: Profile,
    ofAll: readonly string[],
    inputs: HandoverInputs,
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
    const decision = decide(controller, signs, discovery, profile, inputs);
    const isOneLease = decision.bridge !== undefined;
    const why = [
        ...ofAll,
        ...(isOneLease ? [] : whyNotAllowed(discovery.handover.missingForLeases)),
        ...leftOut(signs, inputs),
        ...decision.why,
    ];
    return why.length > 0 ? { ...facts, why } : { ...facts, ...decision };
}

function leftOut(
    { enabledBy }: Partial<ControllerSigns> = {},
    { configuration = {} }: HandoverInputs,
): string[] {
    return enabledBy === undefined || isOn(configuration, enabledBy)
        ? []
        : [`${enabledBy} is false, so the add-on brings none`];
}

function decide(
    controller: ReleaseController,
    { handover: signs }: Partial<ControllerSigns> = {},
    discovery: Discovery,
    profile: Profile,
    { allowAdmissionBypass }: HandoverInputs,
): Pick<ComponentHandover, "bridge" | "admission" | "shared" | "goesWith" | "why"> {
    switch (signs?.askedFor) {
        case AskedFor.Conversion:
            return conversionBridge(controller, signs, discovery, profile);
        case AskedFor.Admission:
            return admissionBridge(controller, signs, discovery, profile, allowAdmissionBypass);
        case AskedFor.Signature:
            return sharedBridge(controller, signs, discovery, profile);
        case AskedFor.Signed:
            return withSigner(signs, discovery, profile);
        case undefined:
            return { why: ["this package cannot lead its requests to both generations' pods yet"] };
    }
}

/** All that one signs for hand over with it, or none does. */
function withSigner(
    { signedBy }: HandoverSigns,
    discovery: Discovery,
    profile: Profile,
): Pick<ComponentHandover, "goesWith" | "why"> {
    const signer = discovery.controllers.find(({ component }) => component === signedBy);
    const signs = profile.controllers.find(({ component }) => component === signedBy)?.handover;
    if (signedBy === undefined || signer === undefined || signs === undefined)
        return { why: [`${signedBy}, which signs for it, is not of the release`] };
    const { why } = sharedBridge(signer, signs, discovery, profile);
    return why.length === 0
        ? { goesWith: signedBy, why }
        : { why: why.map((one) => `it goes with ${signedBy}: ${one}`) };
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

/** Seconds on real nodes; undefined when nothing pauses, or a plan of an earlier package does not say. */
export function longestPause({ handover }: Pick<PlanDraft, "handover">): number | undefined {
    const pausing = (handover?.components ?? []).filter(({ why }) => why.length > 0);
    return pausing.length === 0
        ? undefined
        : Math.max(...pausing.map(({ startUpSeconds }) => startUpSeconds));
}
