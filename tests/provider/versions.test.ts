// Version choice: never a downgrade, and for dependencies the nearest to what runs.
import assert from "node:assert/strict";
import fc from "fast-check";
import { dependencyAddonVersion } from "../../provider/addons/dependencyVersions";
import { chooseAddonVersion, compareVersions } from "../../provider/addons/versions";
import { OPERATOR_OF_ADDON } from "../../provider/profiles/hyperPodInference";

const available = [
    "v2.0.0-eksbuild.2",
    "v1.5.0-eksbuild.1",
    "v1.4.0-eksbuild.1",
    "v1.3.0-eksbuild.2",
    "v1.3.0-eksbuild.1",
    "v1.0.0-eksbuild.1",
];
const choose = (operator: string, pinned?: string, from = available) =>
    chooseAddonVersion(from, operator, OPERATOR_OF_ADDON, pinned);

describe("version of the add-on", () => {
    it("W5: the same operator, in its newest build; else the nearest newer one", () => {
        assert.deepEqual(choose("3.2"), { version: "v1.3.0-eksbuild.2", why: "same operator version 3.2" });
        assert.equal((choose("3.1") as { version: string }).version, "v1.3.0-eksbuild.2");
    });

    it("an operator newer than the table's: no unknown add-on is taken for new enough, but a pinned one is", () => {
        assert.match(choose("3.5") as string, /3\.5 is newer than all that this package knows \(3\.4\)/);
        assert.match(
            choose("3.9", undefined, ["v1.7.0-eksbuild.1", "v1.6.0-eksbuild.1"]) as string,
            /addonVersion/,
        );
        const pinned = choose("3.5", "v2.0.0-eksbuild.2") as { version: string; why: string };
        assert.equal(pinned.version, "v2.0.0-eksbuild.2");
        assert.match(pinned.why, /not known to this package/);
        assert.match(choose("3.5", "v1.5.0-eksbuild.1") as string, /older than the running 3\.5/);
        // The table's newest operator: what is beyond the table is newer.
        assert.equal(
            (choose("3.4", undefined, ["v1.6.0-eksbuild.1"]) as { version: string }).version,
            "v1.6.0-eksbuild.1",
        );
    });

    it("W5: an older one is refused, also when it is pinned", () => {
        assert.match(choose("3.2", "v1.0.0-eksbuild.1") as string, /older than the running 3\.2.*prune/);
        assert.match(
            choose("3.2", undefined, ["v1.0.0-eksbuild.1"]) as string,
            /no add-on version.*3\.2 or newer/,
        );
    });

    it("W18: one that EKS does not offer to this cluster is refused with what it offers", () => {
        assert.match(choose("3.2", "v9.9.9-eksbuild.1") as string, /not available.*v1\.5\.0/);
        assert.match(choose("3.2", undefined, []) as string, /available: none/);
    });

    it("whatever is offered and runs, the choice never holds an older operator", () => {
        const version = fc
            .integer({ min: 0, max: 5 })
            .chain((minor) =>
                fc.integer({ min: 1, max: 3 }).map((build) => `v1.${minor}.0-eksbuild.${build}`),
            );
        fc.assert(
            fc.property(
                fc.uniqueArray(version),
                fc.constantFrom("3.0", "3.1", "3.1.2", "3.2", "3.3", "3.4"),
                (offered, operator) => {
                    const choice = chooseAddonVersion(
                        [...offered].sort(compareVersions).reverse(),
                        operator,
                        OPERATOR_OF_ADDON,
                    );
                    if (typeof choice === "string") return;
                    const inside =
                        OPERATOR_OF_ADDON.find(({ addon }) => choice.version.startsWith(`v${addon}.`))
                            ?.operator ?? "";
                    assert.ok(compareVersions(inside, operator) >= 0, `${choice.version} for ${operator}`);
                },
            ),
        );
    });
});

describe("version of a dependency's add-on", () => {
    const profile = { minimumVersion: "v1.14.1-eksbuild.1" };
    const offered = [
        "v2.1.0-eksbuild.1",
        "v1.15.0-eksbuild.1",
        "v1.14.1-eksbuild.2",
        "v1.14.1-eksbuild.1",
        "v1.9.0-eksbuild.1",
    ];

    it("a new one is the newest; one that takes over the nearest to what runs, in its newest build", () => {
        assert.equal(dependencyAddonVersion(profile, offered, undefined, true), "v2.1.0-eksbuild.1");
        assert.equal(dependencyAddonVersion(profile, offered, "1.14.1", false), "v1.14.1-eksbuild.2");
        assert.equal(dependencyAddonVersion(profile, offered, "1.14.2", false), "v1.15.0-eksbuild.1");
    });

    it("W5: never below the minimum, never older than what runs", () => {
        assert.equal(dependencyAddonVersion(profile, offered, "1.2.0", false), "v1.14.1-eksbuild.2");
        assert.equal(dependencyAddonVersion(profile, offered, "3.0.0", false), undefined);
        assert.equal(dependencyAddonVersion(profile, ["v1.9.0-eksbuild.1"], undefined, true), undefined);
    });
});
