// The cluster comes in, the ARN of its IAM OIDC provider goes out: the given one, the one that exists, or a new one.

import * as pulumi from "@pulumi/pulumi";
import { AUDIENCE } from "../common/iam/trustPolicy";
import { aws } from "./aws";
import type { Cluster } from "./cluster";
import type { Scope } from "./componentScope";
import { known } from "./knownValue";
import { ifThere, Standing, standingOf } from "./ownerTag";

export interface OidcProvider {
    arn: pulumi.Output<string>;
    /** Issuer without https://, as trust policies name it. */
    issuer: pulumi.Output<string>;
    adopted: pulumi.Output<string[]>;
}

export function oidcProvider(
    scope: Scope,
    cluster: pulumi.Output<Cluster>,
    given: pulumi.Input<string> | undefined,
): OidcProvider {
    const issuer = cluster.issuer.apply((url) => url.replace("https://", ""));
    if (given !== undefined) return { arn: pulumi.output(given), issuer, adopted: pulumi.output([]) };
    const decided = decide(scope, cluster);
    return {
        arn: pulumi.output(decided.then(({ arn }) => arn)),
        issuer,
        adopted: pulumi.output(decided.then(({ adopted }) => adopted)),
    };
}

async function decide(
    scope: Scope,
    cluster: pulumi.Output<Cluster>,
): Promise<{ arn: pulumi.Output<string>; adopted: string[] }> {
    await scope.valuesChecked;
    const [url, owner] = await Promise.all([known(cluster.issuer), known(scope.owner)]);
    const there =
        url === undefined
            ? undefined
            : await ifThere(aws.iam.getOpenIdConnectProvider({ url }, scope.lookUp));
    if (there && owner !== undefined && standingOf(there.tags, owner) === Standing.Adopted) {
        return { arn: cluster.apply(() => there.arn), adopted: [`OIDC provider ${there.arn}`] };
    }
    const made = new aws.iam.OpenIdConnectProvider(
        `${scope.name}-oidc`,
        { url: cluster.issuer, clientIdLists: [AUDIENCE], tags: scope.tags },
        scope.child(),
    );
    return { arn: made.arn, adopted: [] };
}
