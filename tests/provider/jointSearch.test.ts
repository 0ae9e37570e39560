// Add-ons that end at about the same time are searched for once; nobody waits for one that failed, and nobody longer than two seconds for one that takes long. Each sees what was made in its own time, of its own kinds.
import assert from "node:assert/strict";
import { EKS_MANAGER } from "../../provider/kubernetes/fieldManagers";
import { keyOf, refTo } from "../../provider/kubernetes/objectRef";
import { JointSearch } from "../../provider/operations/addon/jointSearch";
import type { KubernetesObject, World } from "../../provider/ports/world";
import type { Profile } from "../../provider/profiles/profile";

const made = (apiVersion: string, kind: string, name: string, at: number): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace: "x", creationTimestamp: timeOf(at) },
});
const timeOf = (at: number) => `2026-01-01T00:00:0${at}Z`;
const MADE = [
    made("v1", "Service", "early", 1),
    made("v1", "Service", "late", 3),
    made("s3.example.com/v1", "Bucket", "mine", 3),
    made("fsx.example.com/v1", "Disk", "theirs", 3),
];
const profile = (addonName: string, ...extensionGroups: string[]) =>
    ({ addonName, extensionGroups }) as unknown as Profile;
const [S3, FSX] = [profile("s3", "s3.example.com"), profile("fsx", "fsx.example.com")];

function world() {
    const searches: { since: string; groups: readonly string[] | undefined; at: number }[] = [];
    let now = 0;
    const objects = {
        createdBy: async (manager: string, since: string, groups?: readonly string[]) => {
            assert.equal(manager, EKS_MANAGER);
            searches.push({ since, groups, at: now });
            return { objects: MADE, unanswered: ["Disk of fsx.example.com/v1"] };
        },
        read: async (ref: { name: string }) => MADE.find(({ metadata }) => metadata.name === ref.name),
        list: async (_apiVersion: string, wanted: string) => MADE.filter(({ kind }) => kind === wanted),
    };
    const clock = {
        now: () => now,
        sleep: async (ms: number) => {
            await new Promise((resolve) => setImmediate(resolve));
            now += ms;
        },
    };
    return {
        world: { objects, clock, addons: { list: async () => ["s3", "fsx"] } } as unknown as World,
        searches,
    };
}

describe("one search for add-ons that are made beside each other", () => {
    it("answers all that were waited for, each with its own", async () => {
        const { world: of, searches } = world();
        const search = new JointSearch(of);
        for (const { addonName } of [S3, FSX]) search.expect(addonName);
        const [s3, fsx] = await Promise.all([
            search.madeSince(S3, timeOf(2)),
            search.madeSince(FSX, timeOf(1)),
        ]);
        assert.deepEqual(searches, [
            { since: timeOf(1), groups: ["s3.example.com", "fsx.example.com"], at: 100 },
        ]);
        const names = ({ objects }: { objects: readonly KubernetesObject[] }) =>
            objects.map((one) => keyOf(refTo(one)));
        assert.deepEqual(names(s3), ["v1/Service x/late", "s3.example.com/v1/Bucket x/mine"]);
        assert.deepEqual(s3.unanswered, []);
        assert.deepEqual(names(fsx), [
            "v1/Service x/early",
            "v1/Service x/late",
            "fsx.example.com/v1/Disk x/theirs",
        ]);
        assert.deepEqual(fsx.unanswered, ["Disk of fsx.example.com/v1"]);
    });

    it("waits for one that takes long no longer than two seconds, and searches again for it", async () => {
        const { world: of, searches } = world();
        const search = new JointSearch(of);
        for (const { addonName } of [S3, FSX]) search.expect(addonName);
        await search.madeSince(S3, timeOf(1));
        await search.madeSince(FSX, timeOf(1));
        assert.deepEqual(
            searches.map(({ at }) => at),
            [2_000, 2_000],
        );
    });

    it("waits for nobody who failed", async () => {
        const { world: of, searches } = world();
        const search = new JointSearch(of);
        for (const { addonName } of [S3, FSX]) search.expect(addonName);
        const s3 = search.madeSince(S3, timeOf(1));
        search.leave(FSX.addonName);
        await s3;
        assert.ok((searches[0]?.at ?? 9_000) <= 100, JSON.stringify(searches));
    });
});
