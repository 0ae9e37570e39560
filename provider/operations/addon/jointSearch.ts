// Add-ons that are made beside each other come in; what EKS made in their time goes out, by one search of the cluster for all who ask at about the same moment. Proves nothing, writes nothing.
import { poll } from "../../ports/poll";
import type { World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import { type MadeByEks, madeByEks } from "./ownership";

/** How long the first who asks waits for others that are under way; the last one waits for nobody. */
const JOINED_MS = 2_000;
const POLL_MS = 100;

interface Asker {
    readonly profile: Profile;
    readonly since: string;
}

interface Search {
    readonly askers: Asker[];
    readonly answer: Promise<MadeByEks>;
}

export class JointSearch {
    /** Names of the add-ons that will ask. */
    readonly #expected = new Set<string>();
    #next: Search | undefined;

    constructor(readonly world: World) {}

    expect(addonName: string): void {
        this.#expected.add(addonName);
    }

    /** It failed, or knows already: nobody waits for it any more. */
    leave(addonName: string): void {
        this.#expected.delete(addonName);
    }

    /** Made by EKS since then, as `madeByEks` answers it for this one alone. To be asked once EKS has made all of it. */
    async madeSince(profile: Profile, since: string): Promise<MadeByEks> {
        this.leave(profile.addonName);
        this.#next ??= this.#open();
        const { askers, answer } = this.#next;
        askers.push({ profile, since });
        return shareOf(await answer, askers, { profile, since });
    }

    #open(): Search {
        const askers: Asker[] = [];
        const areHere = poll(
            this.world.clock,
            { timeoutMs: JOINED_MS, pauseMs: POLL_MS },
            async () => this.#expected.size,
            (left) => left === 0,
        );
        const search = async (): Promise<MadeByEks> => {
            try {
                await areHere;
            } finally {
                // What is made from here on may be missing in it.
                this.#next = undefined;
            }
            const since = askers.map((asker) => asker.since).sort()[0] ?? "";
            return madeByEks(this.world, since, groupsOf(askers));
        };
        return { askers, answer: search() };
    }
}

/** Of all; undefined when one of them asks for every group. */
function groupsOf(askers: readonly Asker[]): readonly string[] | undefined {
    const all = askers.map(({ profile }) => profile.extensionGroups);
    return all.every((groups) => groups !== undefined) ? [...new Set(all.flat())] : undefined;
}

function shareOf(found: MadeByEks, askers: readonly Asker[], { profile, since }: Asker): MadeByEks {
    const own = profile.extensionGroups;
    const ofOthers =
        own === undefined ? [] : (groupsOf(askers) ?? []).filter((group) => !own.includes(group));
    const isOwn = (apiVersion: string) => !ofOthers.includes(apiVersion.split("/")[0] ?? "");
    return {
        addons: found.addons,
        objects: found.objects.filter(
            ({ apiVersion, metadata }) => isOwn(apiVersion) && (metadata.creationTimestamp ?? "") >= since,
        ),
        unanswered: found.unanswered.filter((kind) => isOwn(kind.replace(/^.* of /, ""))),
    };
}
