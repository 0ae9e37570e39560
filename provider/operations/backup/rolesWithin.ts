// Planned roles come in; those that the release names nowhere, or that the profile and this cluster would not make so, go out. Writes nothing.
import { isDeepStrictEqual } from "node:util";
import { BUCKET_NAME } from "../../../common/bucketName";
import { parse, statementsOf } from "../../../common/iam/document";
import { listOf } from "../../../common/iam/policyMatch";
import { compactTlsBucketPolicy, tlsBucketPolicy } from "../../../common/iam/tlsBucketPolicy";
import { sidOf } from "../../identities/identityNames";
import { bucketPolicy, sameDocument } from "../../identities/tlsBucketRights";
import { IdentityTreatment, type Plan, type PlannedIdentity } from "../../plan/plan";
import type { Release, World } from "../../ports/world";
import type { Ownable } from "./ownable";

/** A role that gets trust, or is copied with all that it may do, is one that the release or an account of it names. */
export async function unnamedRoles(
    world: World,
    plan: Plan,
    { values, chartDefaults, objects }: Release,
    { profiles }: Ownable,
): Promise<string[]> {
    const places = [plan.release.namespace, ...profiles.map(({ addonNamespace }) => addonNamespace)];
    const accounts = await Promise.all(
        [...new Set(places)].map((namespace) => world.objects.list("v1", "ServiceAccount", { namespace })),
    );
    const named = JSON.stringify([values, chartDefaults, objects, accounts]);
    return plan.identities
        .filter(({ treatment }) => treatment !== IdentityTreatment.Given)
        .map(({ source, roleArn }) => source ?? roleArn)
        .filter((arn) => !named.includes(`${arn}"`) && !named.includes(`"${arn.split("/").pop()}"`))
        .map((arn) => `the role ${arn}, which the release names nowhere`);
}

/** Trust and policies are what the profile and this cluster make of them; a journal only says of which role. */
export function rolesBeyond(plan: Plan, reach: Ownable): string[] {
    const [, partition = "", , , accountId = ""] = reach.cluster.arn.split(":");
    const issuer = reach.cluster.oidcIssuer.replace(/^https:\/\//, "");
    const oidcProviderArn = `arn:${partition}:iam::${accountId}:oidc-provider/${issuer}`;
    const home = `arn:${partition}:iam::${accountId}:role/`;
    return plan.identities
        .filter(({ treatment }) => treatment !== IdentityTreatment.Given)
        .flatMap((planned) => {
            const identity = reach.identities.find(({ key }) => key === planned.key);
            const { roleArn, source, trust, title } = planned;
            const account = identity?.serviceAccount;
            const wanted = identity && account && { ...account, oidcProviderArn, sid: sidOf(identity) };
            return [
                ...(identity === undefined ? [`an identity ${planned.key}`] : []),
                ...[roleArn, source]
                    .filter((arn) => arn !== undefined && !arn.startsWith(home))
                    .map((arn) => `the role ${arn}, which is not of this account`),
                ...(roleArn.endsWith(`/${planned.roleName}`) ? [] : [`the role ${planned.roleName}`]),
                ...(trust === undefined || isDeepStrictEqual({ ...trust }, wanted)
                    ? []
                    : [`trust of ${title} in ${trust.namespace}/${trust.name} (${trust.oidcProviderArn})`]),
                ...(isBucketPolicy(planned, { partition, accountId })
                    ? []
                    : [`the inline policy ${planned.bucketPolicy?.name} for ${title}`]),
            ];
        });
}

/** Only the document that the package itself makes for the buckets that it names, each of them a bucket's name. */
function isBucketPolicy(
    { bucketPolicy: planned }: PlannedIdentity,
    account: { partition: string; accountId: string },
): boolean {
    if (planned === undefined) return true;
    const start = `arn:${account.partition}:s3:::`;
    const resources = statementsOf(parse(planned.document)).flatMap(({ Resource }) => listOf(Resource));
    const buckets = [...new Set(resources)].map((arn) =>
        arn.startsWith(start) && arn.endsWith("/*") ? arn.slice(start.length, -2) : "*",
    );
    const objects = buckets.sort().map((bucket) => `${start}${bucket}/*`);
    const forms = [tlsBucketPolicy, compactTlsBucketPolicy].map((form) =>
        JSON.stringify(form(objects, account.accountId)),
    );
    return (
        buckets.every((bucket) => BUCKET_NAME.test(bucket)) &&
        planned.name === bucketPolicy(buckets, account).name &&
        forms.some((form) => sameDocument(form, planned.document))
    );
}
