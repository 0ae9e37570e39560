// Arguments come in; those that are fine alone and make no sense together go out. Pure.

import { DependencyChoice, DependencyMode } from "../common/enums";
import { tagKey, tagKeyOfMove } from "../common/inputFormats";
import type { InputProblem } from "../common/inputShape";
import { dependencyProfiles } from "../provider/profiles/dependencies";
import { contradictionsOfMove } from "../provider/pulumi/inputs";
import type { HyperPodInferenceAddonArgs } from "./args";
import { isInstalled } from "./conditionalParts";
import { isLater } from "./knownValue";

/** What only a fresh installation takes. */
function uselessInMove(args: HyperPodInferenceAddonArgs): InputProblem[] {
    const dependencySettings = dependencyProfiles.flatMap(({ key }) =>
        (["version", "configuration"] as const).map((setting) => ({
            propertyPath: `${key}.${setting}`,
            isGiven: args[key]?.[setting] !== undefined,
            why: "which moves the dependencies with the settings they have",
        })),
    );
    const bucketSettings = (["tlsBucketKmsKeyArn", "tlsBucketAccessLogsBucket"] as const).map((key) => ({
        propertyPath: key,
        isGiven: args[key] !== undefined && args.tlsCertificateS3Bucket === undefined,
        why: "which keeps the bucket of the release",
    }));
    const conflicts = (["resolveConflictsOnCreate", "resolveConflictsOnUpdate"] as const).map((key) => ({
        propertyPath: key,
        isGiven: args[key] !== undefined,
        why: "which overwrites what it has backed up, and keeps your changes later",
    }));
    const adoption = {
        propertyPath: "importExistingAddon",
        isGiven: args.importExistingAddon === true,
        why: "which brings the add-on itself",
    };
    return [...dependencySettings, ...bucketSettings, ...conflicts, adoption]
        .filter(({ isGiven }) => isGiven)
        .map(({ propertyPath, why }) => ({
            propertyPath,
            reason: `is of no use together with migrateFromHelm, ${why}`,
        }));
}

/** What the move is told twice, in different ways. */
function contradictionsInMove({ migrateFromHelm, ...args }: HyperPodInferenceAddonArgs): InputProblem[] {
    const move: unknown = migrateFromHelm;
    if (move === null || typeof move !== "object") return [];
    const at = (property: string) => `migrateFromHelm.${property}`;
    const choices = (migrateFromHelm?.dependencies ?? {}) as Readonly<Record<string, unknown>>;
    const modes = dependencyProfiles
        .filter(({ key }) => choices[key] === DependencyChoice.Move && !isInstalled(args, key))
        .map(({ key }) => ({
            propertyPath: at(`dependencies.${key}`),
            reason: `cannot be Move while ${key}.mode is ${String(args[key]?.mode)}`,
        }));
    const ofMove = problemsOfMoveTags(args.tags).map(({ key, reason }) => ({
        propertyPath: `tags[${JSON.stringify(key)}]`,
        reason: `cannot be used together with migrateFromHelm: it ${reason}`,
    }));
    return [...contradictionsOfMove(move as Record<string, unknown>, at), ...modes, ...ofMove];
}

/** Keys that a tag of the component may have, and one of a move may not. */
function problemsOfMoveTags(tags: unknown): { key: string; reason: string }[] {
    if (tags === null || typeof tags !== "object" || isLater(tags)) return [];
    return Object.keys(tags).flatMap((key) => {
        const reason = tagKey(key) === undefined ? tagKeyOfMove(key) : undefined;
        return reason === undefined ? [] : [{ key, reason }];
    });
}

/** Every contradiction, by the argument that is of no use. */
export function contradictions(args: HyperPodInferenceAddonArgs): InputProblem[] {
    const errors: InputProblem[] = [];
    const refuseIf = (wrong: boolean, propertyPath: string, reason: string) => {
        if (wrong) errors.push({ propertyPath, reason });
    };
    const given = (key: keyof HyperPodInferenceAddonArgs) => args[key] !== undefined;

    for (const key of ["tlsBucketKmsKeyArn", "tlsBucketAccessLogsBucket"] as const) {
        refuseIf(
            given(key) && given("tlsCertificateS3Bucket"),
            key,
            "is for the new bucket, but tlsCertificateS3Bucket names an existing one",
        );
    }
    refuseIf(
        given("albRoleArn") && args.alb?.enabled === false,
        "albRoleArn",
        "is of no use, because alb.enabled is false",
    );
    refuseIf(
        given("kedaRoleArn") && args.keda?.enabled === false,
        "kedaRoleArn",
        "is of no use, because keda.enabled is false",
    );
    refuseIf(
        (typeof args.gatewayRoleArn === "string" || isLater(args.gatewayRoleArn)) &&
            (args.gateway === undefined || args.gateway.enabled === false),
        "gatewayRoleArn",
        args.gateway === undefined
            ? "is of no use without gateway"
            : "is of no use, because gateway.enabled is false",
    );
    for (const key of ["s3EndpointId", "routeTableIds"] as const)
        refuseIf(given(key) && args.s3Endpoint === false, key, "is of no use, because s3Endpoint is false");
    for (const key of [
        "interfaceEndpoints",
        "interfaceEndpointSubnetIds",
        "interfaceEndpointSecurityGroupIds",
    ] as const) {
        refuseIf(
            given(key) && args.privateCluster !== true,
            key,
            "is of no use unless privateCluster is true",
        );
    }
    refuseIf(
        given("loadBalancerSubnetIds") && args.tagSubnets === false,
        "loadBalancerSubnetIds",
        "is of no use, because tagSubnets is false",
    );
    refuseIf(
        given("modelBucketArns") && given("s3CsiRoleArn"),
        "modelBucketArns",
        "is for the new role, but s3CsiRoleArn names an existing one",
    );
    for (const { key } of dependencyProfiles) {
        const dependency = args[key];
        const mode = dependency?.mode ?? DependencyMode.Install;
        if (mode === DependencyMode.Install) continue;
        for (const setting of ["version", "configuration"] as const) {
            refuseIf(
                dependency?.[setting] !== undefined,
                `${key}.${setting}`,
                `is of no use, because ${key}.mode is ${String(mode)}`,
            );
        }
    }
    refuseIf(
        given("modelBucketArns") && !isInstalled(args, "s3Csi"),
        "modelBucketArns",
        `is for the new role, but s3Csi.mode is ${String(args.s3Csi?.mode)}, so none is made`,
    );
    if (given("migrateFromHelm")) errors.push(...uselessInMove(args), ...contradictionsInMove(args));
    const expectKey = (list: unknown, path: string) => {
        if (!Array.isArray(list)) return;
        list.forEach((item, index) => {
            if (item === null || typeof item !== "object" || isLater(item)) return;
            const toleration = item as Record<string, unknown>;
            refuseIf(
                toleration["key"] === undefined &&
                    toleration["operator"] !== "Exists" &&
                    !isLater(toleration["operator"]),
                `${path}[${index}]`,
                "needs a key, or the operator Exists to match every taint",
            );
            refuseIf(
                toleration["value"] !== undefined && toleration["operator"] === "Exists",
                `${path}[${index}].value`,
                "is of no use with the operator Exists",
            );
        });
    };
    expectKey(args.tolerations, "tolerations");
    expectKey(args.alb?.tolerations, "alb.tolerations");
    expectKey(args.keda?.tolerations, "keda.tolerations");
    return errors;
}
