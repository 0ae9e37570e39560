// Helm values in, the add-on's configuration values out, with every setting that gets lost named by its path. Pure.

import { canonicalJson } from "../../common/canonicalJson";

export type Values = Readonly<Record<string, unknown>>;

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
}

/** Values that say where the release runs or belong to a dependency: nothing is lost when they go. */
const NOT_CARRIED: readonly RegExp[] = [
    /^(region|eksClusterName|namePrefix|shortPrefix|isAddOn)$/,
    /^(alb)\.(vpcId|region|clusterName)$/,
    /^alb\.serviceAccount\.(create|name|roleArn|annotations\.eks\.amazonaws\.com\/role-arn)$/,
    /^keda\.(namespace|podIdentity\.aws\.irsa\.(enabled|roleArn))$/,
    /^(s3|fsx|cert-manager|metrics)(\.|$)/,
    /^global(\.|$)/,
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
    const unsupported: string[] = [];
    const effective = merged(chartDefaults, values);
    for (const { from, to, form } of RENAMED) {
        const value = valueAt(effective, from);
        if (value !== undefined && value !== null && value !== "")
            setAt(configuration, to, form ? form(value) : value);
    }
    mapLoadBalancerController(effective, configuration);
    mapKeda(effective, configuration);
    const isOff = (path: string) =>
        /^(alb|keda)\./.test(path) && valueAt(configuration, `${path.split(".")[0]}.enabled`) === false;
    const take = (path: string, value: unknown) => {
        if (schemaHas(schema, path)) setAt(configuration, path, value);
        else unsupported.push(path);
    };
    for (const [path, shared] of Object.entries(publicDefaults)) {
        const value = valueAt(effective, path) ?? shared;
        if (!isOff(path) && !sameJson(value, shared)) take(path, value);
    }
    for (const { path, value } of leavesOf(values)) {
        const known = Object.keys(publicDefaults).some((one) => path === one || path.startsWith(`${one}.`));
        if (
            known ||
            RENAMED.some(({ from }) => from === path) ||
            NOT_CARRIED.some((pattern) => pattern.test(path))
        )
            continue;
        if (
            isOff(path) ||
            value === null ||
            sameJson(value, {}) ||
            sameJson(value, valueAt(pristineDefaults, path))
        )
            continue;
        take(path, value);
    }
    return { configuration: merged(configuration, overrides), unsupported: unsupported.sort() };
}

/** Values of a dependency as settings of its own add-on; both come from the same chart, so the paths are the same. */
export function mapDependencySettings(
    request: Pick<SettingsRequest, "values" | "pristineDefaults" | "schema"> & {
        readonly notCarried: RegExp;
    },
): Settings {
    const configuration: Record<string, unknown> = {};
    const unsupported: string[] = [];
    for (const { path, value } of leavesOf(request.values)) {
        if (
            request.notCarried.test(path) ||
            value === null ||
            sameJson(value, {}) ||
            sameJson(value, valueAt(request.pristineDefaults, path))
        )
            continue;
        if (schemaHas(request.schema, path)) setAt(configuration, path, value);
        else unsupported.push(path);
    }
    return { configuration, unsupported: unsupported.sort() };
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

/** Paths to every value that is not an object; arrays and empty objects are values. */
export function leavesOf(values: Values, prefix = ""): { path: string; value: unknown }[] {
    return Object.entries(values).flatMap(([key, value]) => {
        const path = prefix ? `${prefix}.${key}` : key;
        if (isObject(value) && Object.keys(value).length > 0) return leavesOf(value, path);
        return [{ path, value }];
    });
}

export function valueAt(values: Values, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), values);
}

function setAt(target: Record<string, unknown>, path: string, value: unknown): void {
    const keys = path.split(".");
    const last = keys.pop() as string;
    let place = target;
    for (const key of keys) {
        if (!isObject(place[key])) place[key] = {};
        place = place[key] as Record<string, unknown>;
    }
    place[last] = value;
}

/** Whether the JSON schema names this path; a sub-schema without `properties` accepts everything below it. */
export function schemaHas(schema: Record<string, unknown> | undefined, path: string): boolean {
    let place: unknown = schema;
    for (const key of path.split(".")) {
        if (!isObject(place)) return false;
        if (!isObject(place.properties)) return place !== schema && place.additionalProperties !== false;
        place = place.properties[key];
    }
    return place !== undefined;
}

export function merged(base: Values, over: Values): Values {
    const result: Record<string, unknown> = { ...base };
    for (const [key, value] of Object.entries(over)) {
        const before = result[key];
        result[key] = isObject(before) && isObject(value) ? merged(before, value) : value;
    }
    return result;
}

function sameJson(a: unknown, b: unknown): boolean {
    return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
