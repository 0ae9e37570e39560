// An organisation that refuses to create anything without its tags: a move says so, goes on with `tags`, and its undo leaves nothing of them.
import assert from "node:assert/strict";
import { connectWith } from "./memory/connectWith";
import { ADDON } from "./memory/content";
import { storage } from "./memory/dependencyContent";
import { addStandingAddon } from "./memory/existingAddon";
import { assertDone, assertSame, type Start, startOf, stateOf } from "./memory/expectations";
import { withForeignName } from "./memory/roles";
import { MemoryStack } from "./memoryStack";

const SAME_OPERATOR = { operatorOfAddon: () => "3.2" };
const OLDER = "v1.1.0-eksbuild.1";
const DEMANDED = ["CostCenter", "Owner"];
const tags = { CostCenter: "4711", Owner: "ml@example.com" };

/** As a service control policy with a condition on `aws:RequestTag`. */
const demanding = connectWith((connection) => {
    const { addons, identities } = connection.world;
    const demand = (action: string, given: Readonly<Record<string, string>> = {}) => {
        if (DEMANDED.every((key) => key in given)) return;
        const text = `not authorized to perform: ${action} with an explicit deny in a service control policy`;
        throw Object.assign(new Error(text), { name: "AccessDeniedException" });
    };
    const create = addons.create.bind(addons);
    const createRole = identities.createRole.bind(identities);
    Object.assign(addons, {
        create: async (request: Parameters<typeof create>[0]) => {
            demand("eks:CreateAddon", request.tags);
            return create(request);
        },
    });
    Object.assign(identities, {
        createRole: async (...request: Parameters<typeof createRole>) => {
            demand("iam:CreateRole", request[0].tags);
            return createRole(...request);
        },
    });
    return connection;
});

/** A copied role, and dependencies that become add-ons. */
function begin(): Start {
    const start = storage();
    withForeignName(start.world);
    return { ...start, snapshot: start.world.snapshot(), state: start.world.capture() };
}

describe("an organisation that demands tags on what is created", () => {
    it("stops a move without them, which goes on with `tags`; all that is made has them, and the undo takes them away", async () => {
        const { world, state } = begin();
        const rolesBefore = new Set(world.data.roles.keys());
        const stack = new MemoryStack(world, { clusterName: "demo" }, true, demanding);
        const refused = await stack.up();
        assert.equal(refused.kind, "failed");
        assert.match(refused.message, /iam:CreateRole with an explicit deny/);
        assertDone(await stack.up({ tags }));

        const made = [...world.data.roles.values()].filter(({ name }) => !rolesBefore.has(name));
        assert.ok(made.length > 0);
        for (const role of made) {
            const { CostCenter, Owner, team, ...others } = role.tags;
            assert.deepEqual({ CostCenter, Owner }, tags);
            assert.equal(team, "ml", "the copied role's own tag");
            assert.deepEqual(Object.keys(others), ["pulumi-hyperpod-inference/migration"]);
        }
        assert.ok(world.data.addons.size >= 3);
        for (const addon of world.data.addons.values())
            assert.deepEqual(addon.tags, { ...tags, CreatedBy: "HyperPodInference" }, addon.name);

        assertDone(await stack.up({ tags: { ...tags, Owner: "other@example.com" } }));
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after the undo");
    });

    it("win over the tags of the role that is copied, whatever their case", async () => {
        const { world } = begin();
        const stack = new MemoryStack(world, { clusterName: "demo", tags: { ...tags, Team: "platform" } });
        assertDone(await stack.up());
        const copy = [...world.data.roles.values()].find(({ tags: { CostCenter } }) => CostCenter === "4711");
        assert.equal(copy?.tags.Team, "platform");
        assert.equal(copy?.tags.team, undefined, "IAM takes the two for one");
    });

    it("are refused in the plan where a copied role would have more than IAM allows", async () => {
        const { world } = begin();
        const role = world.data.roles.get("team-operator");
        assert.ok(role);
        const own = Object.fromEntries(Array.from({ length: 48 }, (_, n) => [`tag${n}`, "x"]));
        world.data.roles.set(role.name, { ...role, tags: own });
        const refused = await new MemoryStack(world, { clusterName: "demo", tags }).up();
        assert.equal(refused.kind, "failed");
        assert.match(refused.message, /^tags: .*would have 51 tags.*IAM allows 50.*HP133/s);
        assertDone(await new MemoryStack(world, { clusterName: "demo", tags: { CostCenter: "4711" } }).up());
    });

    it("are put on an add-on that is taken over, beside its own, and its former ones come back", async () => {
        const { world, state } = startOf(SAME_OPERATOR, (world) =>
            addStandingAddon(world, { version: OLDER }),
        );
        const own = () => world.data.addons.get(ADDON);
        const demanded = { CostCenter: "4711", constructor: "x", owner: "ml" };
        const stack = new MemoryStack(world, {
            clusterName: "demo",
            skipDependenciesMigration: true,
            tags: demanded,
        });
        assertDone(await stack.up());
        assert.deepEqual(own()?.tags, demanded, "instead of owner: platform");
        assert.match(
            ((stack.resource?.inputs.plan ?? []) as string[]).join(" ").replace(/\s+/g, " "),
            /the add-on gets the tags CostCenter, constructor, owner, until the undo/,
        );
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after the undo");
    });

    it("that somebody changed on an add-on that was taken over stay with the undo", async () => {
        const { world } = startOf(SAME_OPERATOR, (world) => addStandingAddon(world, { version: OLDER }));
        const stack = new MemoryStack(world, { clusterName: "demo", skipDependenciesMigration: true, tags });
        assertDone(await stack.up());
        const record = world.data.addons.get(ADDON);
        assert.ok(record);
        world.data.addons.set(ADDON, { ...record, tags: { ...record.tags, Owner: "somebody" } });
        assertDone(await stack.destroy());
        assert.deepEqual(world.data.addons.get(ADDON)?.tags, { owner: "platform", Owner: "somebody" });
    });

    it("are refused in the plan where an add-on that is taken over would have more than EKS allows", async () => {
        const { world } = startOf(SAME_OPERATOR, (world) => addStandingAddon(world, { version: OLDER }));
        const record = world.data.addons.get(ADDON);
        assert.ok(record);
        const full = Object.fromEntries(Array.from({ length: 49 }, (_, n) => [`tag${n}`, "x"]));
        world.data.addons.set(ADDON, { ...record, tags: full });
        const inputs = { clusterName: "demo", skipDependenciesMigration: true };
        const refused = await new MemoryStack(world, { ...inputs, tags }).up();
        assert.match(refused.message, /^tags: .*would have 51 tags.*EKS allows 50.*HP133/s);
        assertDone(await new MemoryStack(world, { ...inputs, tags: { CostCenter: "1" } }).up());
    });
});
