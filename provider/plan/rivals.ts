// The add-on's settings and the controllers that were found come in; what stands in the way, or must be known, before two of a kind act on the same resources, or none does, goes out. Pure.
import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import type { Discovery } from "../discovery/discover";
import type { Rival } from "../discovery/rivals";
import type { ObjectRef, Release } from "../ports/world";
import type { Profile } from "../profiles/profile";
import { type Values, valueAt } from "../settings/mapSettings";
import type { PlannedController } from "./plan";

export interface RivalInputs {
    readonly release: Release;
    readonly profile: Profile;
    /** As the add-on gets them. */
    readonly configuration: Values;
    /** What of it the user gave. */
    readonly given: Values;
    readonly controllers: readonly PlannedController[];
}

export function rivalBlockers({ rivals, addon }: Discovery, inputs: RivalInputs): Blocker[] {
    const inTheWay = rivals.filter(({ enabledBy }) => isOn(inputs.configuration, enabledBy));
    return [
        ...inTheWay.map(besideAddon),
        ...(addon === undefined ? missingControllers(inTheWay, inputs) : []),
    ];
}

export function isOn(configuration: Values, setting: string | undefined): boolean {
    return setting === undefined || valueAt(configuration, setting) !== false;
}

function besideAddon(rival: Rival): Blocker {
    const { enabledBy, workload } = rival;
    const stop = `stop it with \`${stopCommand(workload)}\``;
    return {
        code: ErrorCode.RivalController,
        property: enabledBy === undefined ? "releaseName" : "additionalConfiguration",
        what: `${describeRival(rival)} outside the release: it and the add-on's would act on the same resources`,
        remedy:
            enabledBy === undefined
                ? `${stop}, or name its release with \`releaseName\` to move that one`
                : `keep it and leave the add-on's out with ${enabledBy}: false in \`additionalConfiguration\`, or ${stop}; then run \`pulumi up\``,
    };
}

/** For people: what it is, whose, and as what it works. */
export function describeRival({ component, workload, by, owner }: Rival): string {
    return `${described(workload)}${owner === undefined ? "" : ` of ${owner}`} works as ${component} (${by})`;
}

/** Of these there are no replicas to take away. */
const WITHOUT_REPLICAS = new Set(["DaemonSet", "Pod"]);

export function stopCommand({ kind, namespace, name }: ObjectRef): string {
    const target = `${kind.toLowerCase()} -n ${namespace} ${name}`;
    return WITHOUT_REPLICAS.has(kind) ? `kubectl delete ${target}` : `kubectl scale ${target} --replicas=0`;
}

/** One that is on and was not recognised would run on beside the add-on's. Who switches a part on by hand wants a new one. */
function missingControllers(
    rivals: readonly Rival[],
    { release, profile, configuration, given, controllers }: RivalInputs,
): Blocker[] {
    return profile.controllers.flatMap(({ component, enabledBy }) => {
        const isKnown = [...controllers, ...rivals].some((one) => one.component === component);
        if (isKnown || !isOn(configuration, enabledBy)) return [];
        if (enabledBy !== undefined && valueAt(given, enabledBy) === true) return [];
        return [
            {
                code: ErrorCode.RivalController,
                property: "additionalConfiguration",
                what: `the add-on brings the ${component}, and none of release ${release.namespace}/${release.name} was found in the cluster: it is gone, or called so that nobody knows it`,
                remedy:
                    enabledBy === undefined
                        ? "bring it back with `helm rollback` or `helm upgrade`, then run `pulumi up`"
                        : `bring it back with \`helm upgrade\`; or say in \`additionalConfiguration\` whether the add-on is to bring one: ${enabledBy}: true, or false`,
            },
        ];
    });
}

/** A part that runs now and that nobody brings afterwards. */
export function lostControllers(
    { rivals }: Discovery,
    { profile, configuration, controllers }: RivalInputs,
): string[] {
    return profile.controllers.flatMap(({ component, enabledBy }) => {
        if (enabledBy === undefined || isOn(configuration, enabledBy)) return [];
        return controllers
            .filter((one) => one.component === component && one.replicas > 0)
            .map(({ workload }) => {
                const heir = rivals.find((one) => one.component === component);
                return `ATTENTION: ${enabledBy} is false, so the add-on brings no ${component}, and the move stops and removes Helm's ${described(workload)}; ${heir === undefined ? "nobody takes its place" : `${described(heir.workload)} takes its place`}`;
            });
    });
}

function described({ kind, namespace, name }: ObjectRef): string {
    return `${kind} ${namespace}/${name}`;
}
