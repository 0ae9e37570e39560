// Raw inputs in, checked inputs out, with every problem named by its property. Unknown values of a preview are let through.
import { AWS_REGION } from "../../common/awsRegion";
import { canonicalJson } from "../../common/canonicalJson";
import { hasUnknown, UNKNOWN } from "../../common/unknown";
import type { DiscoverHelmInstallationArgs } from "../installation/args";
import { MigrationStep } from "../plan/plan";
import { DependencyChoice, Owner, UnsupportedSettings } from "./choices";

export { DependencyChoice, Owner, UnsupportedSettings };

/** What a discovery plans with, and what the move itself is to do. */
export interface MigrationInputs extends DiscoverHelmInstallationArgs {
    readonly until?: MigrationStep;
    readonly desiredOwner?: Owner;
    readonly commit?: boolean;
    readonly adoptJournal?: string;
    readonly report?: string;
    readonly installTimeoutMinutes?: number;
    readonly removeTimeoutMinutes?: number;
    readonly lockTimeoutMinutes?: number;
}

export interface CheckFailure {
    readonly property: string;
    readonly reason: string;
}

type Rule = (value: unknown) => string | undefined;

const text: Rule = (value) => {
    if (typeof value !== "string") return `must be a string, not ${nameOfType(value)}`;
    return value.trim() === "" ? "must not be empty" : undefined;
};
const matching =
    (pattern: RegExp, form: string): Rule =>
    (value) =>
        text(value) ??
        (pattern.test(value as string)
            ? undefined
            : `must be ${form}, for instance ${EXAMPLES[form] ?? "as documented"}`);
const oneOf =
    (values: readonly string[]): Rule =>
    (value) =>
        values.includes(value as string) ? undefined : `must be one of ${values.join(", ")}`;
const flag: Rule = (value) =>
    typeof value === "boolean" ? undefined : `must be true or false, not ${nameOfType(value)}`;
const minutes: Rule = (value) =>
    typeof value === "number" && Number.isFinite(value) && value > 0 && value <= 24 * 60
        ? undefined
        : "must be a number of minutes above 0 and at most 1440";
const object: Rule = (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
        ? undefined
        : `must be an object, not ${nameOfType(value)}`;

const EXAMPLES: Record<string, string> = {
    "the ARN of an IAM role": "arn:aws:iam::123456789012:role/MyRole",
    "the ARN of a SageMaker cluster": "arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdefghijkl",
    "an add-on version": "v1.3.0-eksbuild.1",
    "an EKS cluster name": "my-cluster",
    "a Kubernetes name": "kube-system",
    "a bucket name": "hyperpod-tls-my-team",
    "an AWS region": "us-west-2",
    "the hash of a journal": "the 64 digits that the plan names",
};

const roleArn = matching(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, "the ARN of an IAM role");
const kubernetesName = matching(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "a Kubernetes name");

/** Never quotes a value: keys are secrets. */
const access: Rule = (value) => {
    if (object(value) !== undefined) return "must be an object with keys, assumeRoles or endpoints";
    const parts = value as Readonly<Record<string, unknown>>;
    const stranger = Object.keys(parts).find((key) => !["keys", "assumeRoles", "endpoints"].includes(key));
    if (stranger !== undefined) return `has no part ${stranger}; it has: keys, assumeRoles, endpoints`;
    const { keys, assumeRoles = [], endpoints = {} } = parts;
    const { accessKeyId, secretAccessKey } = (keys ?? {}) as Record<string, unknown>;
    if (keys !== undefined && (text(accessKeyId) !== undefined || text(secretAccessKey) !== undefined))
        return "must have accessKeyId and secretAccessKey in keys";
    if (!Array.isArray(assumeRoles)) return `must have a list as assumeRoles, not ${nameOfType(assumeRoles)}`;
    const roles = assumeRoles as readonly { roleArn?: unknown }[];
    const wrong = roles.findIndex((role) => roleArn(role?.roleArn) !== undefined);
    if (wrong >= 0) return `must have the ARN of an IAM role as assumeRoles[${wrong}].roleArn`;
    return object(endpoints) === undefined && Object.values(endpoints as object).every((url) => !text(url))
        ? undefined
        : "must have a URL per service as endpoints";
};

const RULES: Record<keyof MigrationInputs, Rule> = {
    clusterName: matching(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/, "an EKS cluster name"),
    region: matching(AWS_REGION, "an AWS region"),
    profile: text,
    roleArn,
    access,
    kubeconfig: text,
    context: text,
    releaseName: matching(/^[a-z0-9]([a-z0-9.-]{0,51}[a-z0-9])?$/, "a Kubernetes name"),
    releaseNamespace: kubernetesName,
    addonVersion: matching(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/, "an add-on version"),
    executionRoleArn: roleArn,
    albRoleArn: roleArn,
    kedaRoleArn: roleArn,
    jumpstartGatedModelDownloadRoleArn: roleArn,
    s3CsiRoleArn: roleArn,
    fsxCsiRoleArn: roleArn,
    tlsCertificateS3Bucket: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "a bucket name"),
    hyperpodClusterArn: matching(
        /^arn:[\w-]+:sagemaker:[\w-]+:\d{12}:cluster\/[a-z0-9]{12}$/,
        "the ARN of a SageMaker cluster",
    ),
    additionalConfiguration: object,
    onUnsupportedSettings: oneOf(Object.values(UnsupportedSettings)),
    skipDependenciesMigration: flag,
    dependencies: object,
    until: oneOf(Object.values(MigrationStep)),
    desiredOwner: oneOf(Object.values(Owner)),
    commit: flag,
    adoptJournal: matching(/^[0-9a-f]{64}$/, "the hash of a journal"),
    report: text,
    installTimeoutMinutes: minutes,
    removeTimeoutMinutes: minutes,
    lockTimeoutMinutes: minutes,
};

/** A preview shows the plan although these are not known yet: which role it is changes no step. */
export const PLANNED_WITHOUT: readonly (keyof MigrationInputs)[] = [
    "executionRoleArn",
    "albRoleArn",
    "kedaRoleArn",
    "jumpstartGatedModelDownloadRoleArn",
    "s3CsiRoleArn",
    "fsxCsiRoleArn",
];

const DEPENDENCIES = ["s3Csi", "fsxCsi", "certManager", "metricsServer"];

/** Names of earlier versions, and what these are called now. */
const FORMER_NAMES: Readonly<Record<string, string>> = { configurationValues: "additionalConfiguration" };

/** Inputs as any version stored them, under the names of this one. */
export function withPresentNames<T extends object>(stored: T): T {
    return Object.fromEntries(
        Object.entries(stored).map(([name, value]) => [FORMER_NAMES[name] ?? name, value]),
    ) as T;
}

/** Properties that the package sets itself. */
const INTERNAL = new Set(["__provider", "plan", "progressUrn", "journalKey"]);

export interface ParsedInputs {
    readonly inputs: MigrationInputs;
    readonly failures: readonly CheckFailure[];
    /** Properties of which some value is known only once another resource exists. */
    readonly unknown: readonly (keyof MigrationInputs)[];
}

export function parseInputs(raw: Readonly<Record<string, unknown>>): ParsedInputs {
    const failures: CheckFailure[] = [];
    const inputs: Record<string, unknown> = {};
    for (const [property, value] of Object.entries(raw)) {
        if (INTERNAL.has(property) || value === undefined || value === null) continue;
        const rule = RULES[property as keyof MigrationInputs];
        if (rule === undefined) {
            const now = FORMER_NAMES[property];
            failures.push({
                property,
                reason:
                    now === undefined
                        ? `is not a property of HelmToAddonMigration; it has: ${Object.keys(RULES).join(", ")}`
                        : `is called ${now} now`,
            });
            continue;
        }
        inputs[property] = value;
        const reason = hasUnknown(value) ? undefined : rule(value);
        if (reason !== undefined) failures.push({ property, reason });
    }
    if (raw.clusterName === undefined || raw.clusterName === null)
        failures.push({ property: "clusterName", reason: "is required: the name of the EKS cluster" });
    failures.push(...combinations(inputs));
    return {
        inputs: inputs as unknown as MigrationInputs,
        failures,
        unknown: (Object.keys(inputs) as (keyof MigrationInputs)[]).filter((key) => hasUnknown(inputs[key])),
    };
}

function combinations(inputs: Record<string, unknown>): CheckFailure[] {
    const failures: CheckFailure[] = [];
    const dependencies = inputs.dependencies;
    if (typeof dependencies === "object" && dependencies !== null && !Array.isArray(dependencies)) {
        for (const [key, choice] of Object.entries(dependencies)) {
            if (!DEPENDENCIES.includes(key)) {
                failures.push({
                    property: `dependencies.${key}`,
                    reason: `is not a dependency; there are: ${DEPENDENCIES.join(", ")}`,
                });
            } else if (
                choice !== UNKNOWN &&
                !Object.values(DependencyChoice).includes(choice as DependencyChoice)
            ) {
                failures.push({
                    property: `dependencies.${key}`,
                    reason: `must be one of ${Object.values(DependencyChoice).join(", ")}`,
                });
            }
        }
    }
    if (inputs.commit === true && inputs.desiredOwner === Owner.Helm) {
        failures.push({
            property: "commit",
            reason: "cannot be true while desiredOwner is Helm: committing removes what the way back needs",
        });
    }
    if (inputs.commit === true && inputs.until !== undefined && inputs.until !== MigrationStep.Finish) {
        failures.push({
            property: "commit",
            reason: "cannot be true while `until` stops the move before its end; remove `until`",
        });
    }
    if (inputs.context !== undefined && inputs.kubeconfig === "")
        failures.push({ property: "context", reason: "needs a kubeconfig" });
    return failures;
}

/** Properties that name the thing that is moved; changing them would mean another move. */
export const IMMUTABLE: readonly (keyof MigrationInputs)[] = [
    "clusterName",
    "releaseName",
    "releaseNamespace",
];

/** Properties that only say how to reach the cluster or how long to wait; changing them changes nothing there. */
const HOW_TO_REACH: ReadonlySet<string> = new Set([
    "region",
    "profile",
    "roleArn",
    "access",
    "kubeconfig",
    "context",
    "installTimeoutMinutes",
    "removeTimeoutMinutes",
    "lockTimeoutMinutes",
    "skipDependenciesMigration",
    "onUnsupportedSettings",
]);

/** Names of the properties of which the two differ in what they ask of the cluster. */
export function changesOfCluster(
    before: Readonly<Record<string, unknown>>,
    after: Readonly<Record<string, unknown>>,
): string[] {
    return changedProperties(before, after).filter((property) => !HOW_TO_REACH.has(property));
}

/** Names of all properties of which the two differ, those that only say how to reach the cluster too. */
export function changedProperties(
    before: Readonly<Record<string, unknown>>,
    after: Readonly<Record<string, unknown>>,
): string[] {
    return Object.keys(RULES).filter(
        (property) => canonicalJson(before[property] ?? null) !== canonicalJson(after[property] ?? null),
    );
}

function nameOfType(value: unknown): string {
    if (Array.isArray(value)) return "a list";
    return typeof value === "object" ? "an object" : `the ${typeof value} ${JSON.stringify(value)}`;
}
