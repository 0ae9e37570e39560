// Raw inputs in, checked inputs out, with every problem named by its property. Unknown values of a preview are let through.

import { AWS_REACH } from "../../common/awsAccess";
import { sameJson } from "../../common/canonicalJson";
import { DependencyChoice, Handover, Owner, UnsupportedSettings } from "../../common/enums";
import * as checks from "../../common/inputFormats";
import { type Fields, type InputProblem, list, one, problemsOf, type Shape } from "../../common/inputShape";
import { TAGS_PER_RESOURCE } from "../../common/tagQuota";
import { hasUnknown, UNKNOWN } from "../../common/unknownValue";
import type { DiscoverHelmInstallationArgs } from "../installation/args";
import { MigrationStep } from "../plan/plan";
import { dependencyProfiles } from "../profiles/dependencies";
import { ALWAYS_SECRET } from "./alwaysSecret";
import { FORMER_PROGRESS_URN } from "./rowUrn";

/** What a discovery plans with, and what the move itself is to do. */
export interface MigrationInputs extends DiscoverHelmInstallationArgs {
    readonly until?: MigrationStep;
    readonly desiredOwner?: Owner;
    readonly commit?: boolean;
    readonly adoptJournal?: string;
    /** Names of the inputs that the program gave as secrets; set by the resource itself. */
    readonly secretInputs?: readonly string[];
    readonly report?: string;
    readonly installTimeoutMinutes?: number;
    readonly removeTimeoutMinutes?: number;
    readonly lockTimeoutMinutes?: number;
}

export interface CheckFailure {
    readonly property: string;
    readonly reason: string;
}

const access: Fields = {
    fields: {
        keys: {
            required: ["accessKeyId", "secretAccessKey"],
            fields: {
                accessKeyId: one(checks.nonEmpty),
                secretAccessKey: one(checks.nonEmpty),
                sessionToken: one(checks.nonEmpty),
            },
        },
        assumeRoles: list({
            required: ["roleArn"],
            fields: {
                roleArn: one(checks.role),
                externalId: one(checks.nonEmpty),
                sessionName: one(checks.nonEmpty),
                sourceIdentity: one(checks.nonEmpty),
            },
        }),
        endpoints: { mapOf: one(checks.url) },
    },
};

/** A role gets the mark of its move, an add-on CreatedBy. */
const TAGS_LEFT = TAGS_PER_RESOURCE - 1;

/** What each input of a move looks like; the component takes its rules for a move from here. */
export const MOVE_FIELDS: Readonly<Record<Exclude<keyof MigrationInputs, "secretInputs">, Shape>> = {
    clusterName: one(checks.clusterName),
    region: one(checks.region),
    profile: one(checks.profile),
    roleArn: one(checks.role),
    access,
    kubeconfig: one(checks.kubeconfig),
    context: one(checks.nonEmpty),
    releaseName: one(checks.releaseName),
    releaseNamespace: one(checks.kubernetesName),
    addonVersion: one(checks.addonVersion),
    executionRoleArn: one(checks.role),
    albRoleArn: one(checks.role),
    kedaRoleArn: one(checks.role),
    jumpstartGatedModelDownloadRoleArn: one(checks.role),
    s3CsiRoleArn: one(checks.role),
    fsxCsiRoleArn: one(checks.role),
    tlsCertificateS3Bucket: one(checks.bucketName),
    hyperpodClusterArn: one(checks.hyperpodCluster),
    additionalConfiguration: one(checks.plainObject),
    onUnsupportedSettings: one(checks.oneOf(Object.values(UnsupportedSettings))),
    handover: one(checks.oneOf(Object.values(Handover))),
    allowAdmissionBypass: one(checks.flag),
    skipDependenciesMigration: one(checks.flag),
    dependencies: {
        fields: Object.fromEntries(
            dependencyProfiles.map(({ key }) => [key, one(checks.oneOf(Object.values(DependencyChoice)))]),
        ),
    },
    tags: {
        mapOf: one(checks.tagValue),
        keys: checks.tagKeyOfMove,
        caseless: checks.TAG_KEYS_IN_ANY_CASE,
        atMost: TAGS_LEFT,
        why: `: AWS takes ${TAGS_PER_RESOURCE}, and the move adds its own`,
    },
    until: one(checks.oneOf(Object.values(MigrationStep))),
    desiredOwner: one(checks.oneOf(Object.values(Owner))),
    commit: one(checks.flag),
    adoptJournal: one(checks.journalHash),
    report: one(checks.filePath),
    installTimeoutMinutes: one(checks.minutes),
    removeTimeoutMinutes: one(checks.minutes),
    lockTimeoutMinutes: one(checks.minutes),
};

/** Names of earlier versions, and what these are called now. */
const FORMER_NAMES: Readonly<Record<string, string>> = { configurationValues: "additionalConfiguration" };

const MOVE: Fields = { fields: MOVE_FIELDS, required: ["clusterName"], renamed: FORMER_NAMES };

/** The one list of inputs that say how the cluster is reached. */
export const CONNECTION_INPUTS = [
    "clusterName",
    ...AWS_REACH,
    "kubeconfig",
    "context",
] as const satisfies readonly (keyof MigrationInputs)[];

/** What an undo needs to find the cluster and the journal in it, when the move itself left nothing in the state. */
export const UNDO_INPUTS = [
    ...CONNECTION_INPUTS,
    "releaseName",
    "releaseNamespace",
    "removeTimeoutMinutes",
    "lockTimeoutMinutes",
    "report",
    "adoptJournal",
    "tags",
] as const satisfies readonly (keyof MigrationInputs)[];

/** A preview shows the plan although these are not known yet: which role it is changes no step. */
export const PLANNED_WITHOUT: readonly (keyof MigrationInputs)[] = (
    Object.keys(MOVE_FIELDS) as (keyof MigrationInputs)[]
).filter((property) => property.endsWith("RoleArn"));

/** Inputs as any version stored them, under the names of this one. */
export function withPresentNames<T extends object>(stored: T): T {
    return Object.fromEntries(
        Object.entries(stored).map(([name, value]) => [FORMER_NAMES[name] ?? name, value]),
    ) as T;
}

/** Properties that the package sets itself. */
const INTERNAL = new Set([
    "__provider",
    "__progressUrn",
    FORMER_PROGRESS_URN,
    "plan",
    "secretInputs",
    "journalKey",
    "clusterArn",
]);

export interface ParsedInputs {
    readonly inputs: MigrationInputs;
    readonly failures: readonly CheckFailure[];
    /** Properties of which some value is known only once another resource exists. */
    readonly unknown: readonly (keyof MigrationInputs)[];
}

export function parseInputs(raw: Readonly<Record<string, unknown>>): ParsedInputs {
    const inputs = Object.fromEntries(
        Object.entries(raw).filter(
            ([property, value]) =>
                !INTERNAL.has(property) && value !== undefined && !isNothing(property, value),
        ),
    );
    const secretInputs = secretInputsOf(raw);
    const secret = new Set<string>([...ALWAYS_SECRET, ...secretInputs]);
    const problems = problemsOf(inputs, MOVE, {
        isLater: (value) => value === UNKNOWN,
        isSecret: (property) => secret.has(property),
    });
    return {
        inputs: {
            ...inputs,
            ...(secretInputs.length === 0 ? {} : { secretInputs }),
        } as unknown as MigrationInputs,
        failures: [...problems, ...contradictionsOfMove(inputs)].map(({ propertyPath, reason }) => ({
            property: propertyPath,
            reason,
        })),
        unknown: (Object.keys(inputs) as (keyof MigrationInputs)[]).filter((key) => hasUnknown(inputs[key])),
    };
}

/** A secret of nothing arrives as null: the component says so of what its aws provider leaves out. */
function isNothing(property: string, value: unknown): boolean {
    return value === null && (CONNECTION_INPUTS as readonly string[]).includes(property);
}

/** Names of the inputs that the program gave as secrets; Pulumi hands a dynamic provider the plain values. */
export function secretInputsOf(bag: Readonly<Record<string, unknown>>): string[] {
    const { secretInputs } = bag;
    return Array.isArray(secretInputs) ? secretInputs.filter((name) => typeof name === "string") : [];
}

/** What is fine alone and makes no sense together, by the input that is of no use. */
export function contradictionsOfMove(
    inputs: Readonly<Record<string, unknown>>,
    where: (property: string) => string = (property) => property,
): InputProblem[] {
    const problems: InputProblem[] = [];
    const refuseIf = (wrong: boolean, property: string, reason: string) => {
        if (wrong) problems.push({ propertyPath: where(property), reason });
    };
    refuseIf(
        inputs.commit === true && inputs.desiredOwner === Owner.Helm,
        "commit",
        "cannot be true while desiredOwner is Helm: committing removes what the undo needs",
    );
    refuseIf(
        inputs.commit === true && inputs.until !== undefined && inputs.until !== MigrationStep.Finish,
        "commit",
        "cannot be true while `until` stops the move before its end; remove `until`",
    );
    refuseIf(
        inputs.skipDependenciesMigration === true && inputs.dependencies !== undefined,
        "dependencies",
        "is of no use, because skipDependenciesMigration leaves all of them alone",
    );
    return problems;
}

/** Properties that name the thing that is moved; changing them would mean another move. */
export const IMMUTABLE: readonly (keyof MigrationInputs)[] = [
    "clusterName",
    "releaseName",
    "releaseNamespace",
];

/** Properties that only say how to reach the cluster, how long to wait, what is made from now on, or what a move that is over did; changing them changes nothing there. */
const CHANGES_NOTHING: ReadonlySet<string> = new Set(
    [
        ...CONNECTION_INPUTS,
        "installTimeoutMinutes",
        "removeTimeoutMinutes",
        "lockTimeoutMinutes",
        "skipDependenciesMigration",
        "onUnsupportedSettings",
        "handover",
        "allowAdmissionBypass",
        "tags",
        "secretInputs",
    ].filter((property) => property !== "clusterName"),
);

/** Names of the properties of which the two differ in what they ask of the cluster. */
export function changesOfCluster(
    before: Readonly<Record<string, unknown>>,
    after: Readonly<Record<string, unknown>>,
): string[] {
    return changedProperties(before, after).filter((property) => !CHANGES_NOTHING.has(property));
}

/** Names of all properties of which the two differ, those that only say how to reach the cluster too. */
export function changedProperties(
    before: Readonly<Record<string, unknown>>,
    after: Readonly<Record<string, unknown>>,
): string[] {
    return [...Object.keys(MOVE_FIELDS), "secretInputs"].filter(
        (property) => !sameJson(before[property], after[property]),
    );
}
