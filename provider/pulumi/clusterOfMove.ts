// The cluster that a move began on and the one that is reached now come in; an error when they are not one goes out, blaming what is wrong. Pure.
import { ErrorCode, MigrationError } from "../../common/errors";

/** ARN of the cluster that the state speaks of; states of version 0.1.0 tell it only through the add-on's. */
export function clusterArnOf({
    clusterArn,
    addonArn,
}: {
    readonly clusterArn?: string;
    readonly addonArn?: string;
}): string | undefined {
    if (clusterArn) return clusterArn;
    const [, place, name] = /^(arn:[^:]+:eks:[^:]+:\d+):addon\/([^/]+)\//.exec(addonArn ?? "") ?? [];
    return place === undefined ? undefined : `${place}:cluster/${name}`;
}

export function regionOf(clusterArn: string | undefined): string | undefined {
    return clusterArn?.split(":")[3] || undefined;
}

export function assertCluster(begun: string | undefined, reached: string): void {
    if (begun === undefined || begun === reached) return;
    const [, , , region, account] = begun.split(":");
    const [, , , nowRegion, nowAccount] = reached.split(":");
    const blamed =
        account !== nowAccount
            ? `the credentials are of account ${nowAccount}: give \`profile\`, \`roleArn\` or the keys of account ${account}`
            : region !== nowRegion
              ? `\`region\` (or AWS_REGION) says ${nowRegion}: set it to ${region}`
              : "`clusterName` names another cluster: set it back";
    throw new MigrationError({
        code: ErrorCode.InvalidInput,
        step: "connect",
        what: `the move was begun on ${begun}, and what is reached is ${reached}`,
        remedy: `${blamed}, then run the command again; nothing was changed`,
    });
}

/** Of a Region that is only stored for later: no cluster is asked. */
export function assertRegion(begun: string | undefined, region: string | undefined): void {
    if (begun === undefined || region === undefined) return;
    const [arn, partition, service, , ...rest] = begun.split(":");
    assertCluster(begun, [arn, partition, service, region, ...rest].join(":"));
}
