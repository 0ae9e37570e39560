// Helm values in, the add-on's configuration values out, with every setting that gets lost named by its path. Pure.

import { sameJson } from "../../common/canonicalJson";
import {
    at,
    leavesOf,
    merged,
    nameOf,
    type Path,
    setAt as put,
    startsWith,
    type Values,
} from "../../common/tree";
import { dependencyProfiles } from "../profiles/dependencies";
import { Said, saidOf } from "./schemaAtPath";
import { settingProblems } from "./validateSettings";

export { merged, type Values } from "../../common/tree";

export interface SettingsRequest {
    /** What the user set on the release. */
    readonly values: Values;
    readonly chartDefaults: Values;
    /** What a chart brought by itself; who set the same set nothing. Never what `--reuse-values` mixed with the user's own. */
    readonly pristineDefaults: Values;
    /** Defaults of the public chart that the add-on shares, by path; a vendored chart may have others baked in. */
    readonly publicDefaults: Values;
    /** Given by the user of this package; win over the release. */
    readonly overrides: Values;
    readonly schema: Record<string, unknown> | undefined;
}

export interface Settings {
    readonly configuration: Values;
    /** Paths of the release's settings that the add-on cannot express. */
    readonly unsupported: readonly string[];
    /** Paths that the schema lets through without a word about them: whether the add-on reads them is not known. */
    readonly unproven: readonly string[];
}

/** Values that say where the release runs: nothing is lost when they go. */
const NOT_CARRIED: readonly RegExp[] = [
    /^(region|eksClusterName|namePrefix|shortPrefix|isAddOn)$/,
    /^(alb)\.(vpcId|region|clusterName)$/,
    /^alb\.serviceAccount\.(create|name|roleArn|annotations\.eks\\\.amazonaws\\\.com\/role-arn)$/,
    /^keda\.(namespace|podIdentity\.aws\.irsa\.(enabled|roleArn))$/,
    // KEDA's chart takes the registry of its images from there.
    /^global(\.(?!image\.registry$)|$)/,
    /^(alb|keda)\.enabled$/,
];

/** Helm path to add-on path, with the change of form where there is one. */
const RENAMED: readonly { from: string; to: string; form?: (value: unknown) => unknown }[] = [
    { from: "executionRoleArn", to: "executionRoleArn", form: unquoted },
    { from: "tlsCertificateS3Bucket", to: "tlsCertificateS3Bucket", form: bucketName },
    { from: "hyperpodClusterArn", to: "hyperpodClusterArn", form: unquoted },
    {
        from: "jumpstartGatedModelDownloadRoleArn",
        to: "jumpstartGatedModelDownloadRoleArn",
        form: unquoted,
    },
];

export function mapSettings(request: SettingsRequest): Settings {
    const { values, chartDefaults, pristineDefaults, publicDefaults, schema, overrides } = request;
    const configuration: Record<string, unknown> = {};
    const effective = merged(chartDefaults, values);
    for (const { from, to, form } of RENAMED) {
        const value = valueAt(effective, from);
        if (value !== undefined && value !== null && value !== "")
            setAt(configuration, to, form ? form(value) : value);
    }
    mapLoadBalancerController(effective, configuration);
    mapKeda(effective, configuration);
    const taken = new Taken(schema, configuration);
    const isOff = (path: Path) =>
        ["alb", "keda"].includes(path[0] ?? "") && at(configuration, [path[0] ?? "", "enabled"]) === false;
    const shared = Object.entries(publicDefaults).map(([name, value]) => ({ path: name.split("."), value }));
    for (const { path, value } of shared) {
        const set = at(effective, path) ?? value;
        if (!isOff(path) && !sameJson(set, value)) taken.take(path, set);
    }
    for (const { path, value } of leavesOf(values)) {
        const name = nameOf(path);
        const known = shared.find((one) => startsWith(path, one.path));
        if (known !== undefined && value === null && path.length === known.path.length)
            taken.takeChange(path, value, known.value);
        if (
            known !== undefined ||
            RENAMED.some(({ from }) => from === name) ||
            NOT_CARRIED.some((pattern) => pattern.test(name)) ||
            isOfDependency(path) ||
            isOff(path)
        )
            continue;
        taken.takeChange(path, value, at(pristineDefaults, path));
    }
    return { ...taken.result(), configuration: merged(configuration, overrides) };
}

/** They go to an add-on of their own, or stay where they are. */
function isOfDependency([first]: Path): boolean {
    return dependencyProfiles.some(({ valuesKey }) => valuesKey === first);
}

/** Values of a dependency as settings of its own add-on; both come from the same chart, so the paths are the same. */
export function mapDependencySettings(
    request: Pick<SettingsRequest, "values" | "pristineDefaults" | "schema"> & {
        readonly notCarried: RegExp;
    },
): Settings {
    const configuration: Record<string, unknown> = {};
    const taken = new Taken(request.schema, configuration);
    for (const { path, value } of leavesOf(request.values)) {
        if (request.notCarried.test(nameOf(path))) continue;
        taken.takeChange(path, value, at(request.pristineDefaults, path));
    }
    return { ...taken.result(), configuration };
}

/** In Helm, null takes a default away: where there is none, it sets nothing. */
function setsNothing(value: unknown, pristine: unknown): boolean {
    return value === null ? isNothing(pristine) : sameJson(value, {}) || sameJson(value, pristine);
}

/** To a template they are the same as what is not there. */
function isNothing(value: unknown): boolean {
    return !value || sameJson(value, {}) || sameJson(value, []);
}

/** Maps of Kubernetes whose keys are the user's own: a schema has nothing to say about them. */
const FREE_MAP = /^(nodeSelector|affinity|.*[aA]nnotations|.*[lL]abels)$/;

/** Sorts settings by what the schema says of them. */
class Taken {
    readonly #unsupported: string[] = [];
    readonly #unproven: string[] = [];

    constructor(
        readonly schema: Record<string, unknown> | undefined,
        readonly configuration: Record<string, unknown>,
    ) {}

    take(path: Path, value: unknown): void {
        const said = saidOf(this.schema, path);
        if (said === Said.Unknown) {
            this.#unsupported.push(nameOf(path));
            return;
        }
        if (said === Said.Open && !path.some((key) => FREE_MAP.test(key))) this.#unproven.push(nameOf(path));
        put(this.configuration, path, value);
    }

    /** What the user set over what the chart brings. */
    takeChange(path: Path, value: unknown, pristine: unknown): void {
        if (setsNothing(value, pristine)) return;
        // Few schemas know null; where one does not, the default cannot be taken away.
        if (value === null && !this.#allowsNull(path)) this.#unsupported.push(nameOf(path));
        else this.take(path, value);
    }

    #allowsNull(path: Path): boolean {
        const alone: Record<string, unknown> = {};
        put(alone, path, null);
        return !settingProblems(this.schema ?? {}, alone).some((problem) => problem.path === nameOf(path));
    }

    result(): Omit<Settings, "configuration"> {
        return { unsupported: this.#unsupported.sort(), unproven: this.#unproven.sort() };
    }
}

function mapLoadBalancerController(effective: Values, configuration: Record<string, unknown>): void {
    const enabled = valueAt(effective, "alb.enabled") !== false;
    setAt(configuration, "alb.enabled", enabled);
    if (enabled) setAt(configuration, "alb.serviceAccount.create", true);
}

function mapKeda(effective: Values, configuration: Record<string, unknown>): void {
    const enabled = valueAt(effective, "keda.enabled") !== false;
    setAt(configuration, "keda.enabled", enabled);
    if (enabled)
        setAt(
            configuration,
            "keda.auth.aws.irsa.enabled",
            valueAt(effective, "keda.podIdentity.aws.irsa.enabled") !== false,
        );
}

/** A copy with one more value. */
export function withValue(values: Values, path: string, value: unknown): Values {
    const added: Record<string, unknown> = {};
    setAt(added, path, value);
    return merged(values, added);
}

/** AWS's own install command stores the cluster's ARN with quotes around it. */
function unquoted(value: unknown): unknown {
    return typeof value === "string" ? value.trim().replace(/^(["'])(.*)\1$/, "$2") : value;
}

function bucketName(value: unknown): unknown {
    const text = unquoted(value);
    return typeof text === "string" ? text.replace(/^s3:\/\//, "").replace(/\/.*$/, "") : text;
}

/** Of a path that this package knows itself, none of whose keys holds a dot. */
export function valueAt(values: Values, path: string): unknown {
    return at(values, path.split("."));
}

function setAt(target: Record<string, unknown>, path: string, value: unknown): void {
    put(target, path.split("."), value);
}
