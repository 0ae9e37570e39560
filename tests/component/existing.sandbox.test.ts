// The quick-start on clusters where some or all of it exists already: what others made is used and left as it was. COMBINATIONS=all runs every combination, COMBINATIONS=n the sample of the seed n.
import assert from "node:assert/strict";
import { compareStates, type Difference, describeDifferences, type State } from "../../sandbox/compare";
import { sample } from "../faults/matrix";
import "../run/sandboxHooks";
import { addonsThere, combinations, type Existing, nameOf, provide } from "./existingParts";
import { isExpectedRest, type OfflineAccount, offlineAccount, settledState } from "./offlineAccount";

const wish = process.env.COMBINATIONS ?? "22";
const chosen = wish === "all" ? combinations : sample(combinations, 2, Number(wish));

describe(`a cluster where some of it exists (COMBINATIONS=${wish})`, function () {
    this.timeout(240_000);
    let account: OfflineAccount;

    before(async () => {
        account = await offlineAccount({ oidcProvider: false });
        await account.sandbox.saveBaseline("bare");
    });

    after(() => account?.remove());

    for (const existing of chosen) {
        it(nameOf(existing), async () => {
            const { sandbox, cluster } = account;
            await provide(sandbox, cluster, existing);
            const start = await settledState(sandbox);
            const pulumi = account.example("quick-start");

            const up = await pulumi.up();
            assert.equal(up.exitCode, 0, up.stdout.slice(-4000) + up.stderr);
            const used = (await pulumi.outputs()).adopted as string[];
            assert.deepEqual(adopted(used), expected(existing));
            assert.ok(up.stdout.includes(`left alone on destroy: ${used.join("; ")}`), up.stdout);
            const end = await settledState(sandbox);
            const ours = (difference: Difference) =>
                isNew(difference) || isWayToS3(difference, existing.endpoint);
            const touched = compareStates(start, end, { ignore: ours });
            assert.deepEqual(touched, [], describeDifferences(touched));
            const { publicRouteTableId, privateRouteTableIds } = cluster.network;
            assert.deepEqual(routed(end), [[publicRouteTableId, ...privateRouteTableIds].sort()]);

            const quiet = await pulumi.preview();
            assert.equal(quiet.exitCode, 0, quiet.stdout.slice(-3000));
            assert.doesNotMatch(quiet.stdout, /to (create|update|replace|delete)/);

            const destroy = await pulumi.destroy();
            assert.equal(destroy.exitCode, 0, destroy.stdout.slice(-4000));
            const left = compareStates(start, await settledState(sandbox), { ignore: isExpectedRest });
            assert.deepEqual(left, [], describeDifferences(left));
        });
    }
});

/** The component's own things are new; what was there must be as it was. */
function isNew({ before, path }: Difference): boolean {
    return before === undefined && path === "";
}

/** Route tables get the route to S3, and somebody else's endpoint the route tables it lacks, each with a mark. */
function isWayToS3({ key, path, before }: Difference, endpoint: Existing["endpoint"]): boolean {
    if (endpoint === "complete") return false;
    if (key.startsWith("ec2:RouteTable ")) return before === undefined && path.startsWith("Routes[");
    if (endpoint === "none" || !key.startsWith("ec2:VpcEndpoint ")) return false;
    return path === "RouteTableIds" || (before === undefined && path.startsWith("Tags["));
}

/** Per endpoint in the account, the route tables it serves. */
function routed({ aws }: State): string[][] {
    return Object.entries(aws)
        .filter(([key]) => key.startsWith("ec2:VpcEndpoint "))
        .map(([, endpoint]) => [...(endpoint as { RouteTableIds: string[] }).RouteTableIds].sort());
}

/** What the component says it adopted, without ids and versions; subnets are tagged in every account. */
function adopted(lines: unknown): string[] {
    const shown = (lines as string[]).filter((line) => !line.startsWith("tag "));
    return shown.map((line) => line.replace(/ (arn:|vpce-|v\d).*$/, "")).sort();
}

function expected(existing: Existing): string[] {
    return [
        ...(existing.endpoint === "none" ? [] : ["S3 gateway endpoint"]),
        ...(existing.oidcProvider ? ["OIDC provider"] : []),
        ...addonsThere(existing).map((name) => `add-on ${name}`),
    ].sort();
}
