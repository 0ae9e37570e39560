// What a program asks of a move later, what it gives as secrets, and what people do to the cluster outside, through the dynamic provider's door and through the plugin's.
import assert from "node:assert/strict";
import { ADDON } from "../provider/memory/content";
import { type Bag, type Case, created, INPUTS, KEY, sameThroughBothDoors, updated } from "./bothDoors";
import type { Door, Failed } from "./doors";

const PLANTED = "planted-in-the-program";
const OTHER_KEY = Buffer.alloc(32, 9).toString("base64");

/** As the engine asks for a changed program: check, diff, update. */
async function changed(door: Door, known: Moved, news: Bag): Promise<[unknown, boolean, Moved]> {
    const { inputs, failures } = await door.check(known.inputs, news);
    assert.deepEqual(failures, []);
    const changes = await door.diff(known.id, known.outs, inputs, known.inputs);
    const outs = updated(await door.update(known.id, known.outs, inputs));
    return [inputs, changes, { id: known.id, inputs, outs }];
}

interface Moved {
    readonly id: string;
    readonly inputs: Bag;
    readonly outs: Bag;
}

async function moved(door: Door, wanted: Bag = INPUTS): Promise<Moved> {
    const { inputs, failures } = await door.check({}, wanted);
    assert.deepEqual(failures, []);
    return { inputs, ...created(await door.create(inputs)) };
}

function read(answer: Awaited<ReturnType<Door["read"]>>): Bag {
    assert.ok("props" in answer, (answer as Failed).message);
    return answer.props;
}

const CASES: readonly Case[] = [
    {
        name: "secrets are told to nobody, and what is made of them is secret in the state",
        leavesNoTrace: true,
        async run(door) {
            const wanted = {
                ...INPUTS,
                additionalConfiguration: { nodeSelector: { pool: PLANTED } },
                addonVersion: "v1.3.0-eksbuild.1",
            };
            const broken = await door({ write: 6, moment: "before", kind: "fail", times: 50 });
            broken.secretInputs.push("additionalConfiguration", "addonVersion");
            const bad = { ...wanted, additionalConfiguration: { nodeSelector: PLANTED } };
            const refused = await broken.check({}, bad);
            assert.doesNotMatch(JSON.stringify(refused.failures), new RegExp(PLANTED));
            const { inputs, failures } = await broken.check({}, wanted);
            assert.deepEqual(failures, []);
            const failed = await broken.create(inputs);
            assert.ok("message" in failed && failed.id !== undefined && failed.properties !== undefined);
            const secretsOfFailure = [...broken.secretOutputs];
            const it = await door();
            it.secretInputs.push(...broken.secretInputs);
            const outs = updated(await it.update(failed.id, failed.properties, inputs));
            const secrets = [...it.secretOutputs];
            for (const name of ["addonVersion", "inputs", "journal", "journalKey"])
                assert.ok(secrets.includes(name), `${name} is in ${secrets.join()}`);
            for (const [name, value] of Object.entries(outs))
                if (!secrets.includes(name))
                    assert.doesNotMatch(JSON.stringify(value), new RegExp(PLANTED), name);
            const again = await it.read(failed.id, outs);
            return [
                refused,
                inputs,
                failed,
                secretsOfFailure,
                outs,
                secrets,
                again,
                await it.delete(failed.id, outs),
            ];
        },
    },
    {
        name: "what cannot be is refused in a check, all at once",
        run: async (door) => {
            const it = await door();
            const wrong = {
                executionRoleArn: "arn:aws:iam::123456789012:role/SageMakerHyperPodInference-none",
                addonVersion: "v0.0.1-eksbuild.1",
            };
            const { failures } = await it.check({}, { ...INPUTS, ...wrong });
            assert.deepEqual(failures.map(({ property }) => property).sort(), Object.keys(wrong).sort());
            return failures;
        },
    },
    {
        name: "an undo as an update, and the move once more",
        async run(door) {
            const it = await door();
            const first = await moved(it);
            const [inputs, changes, onHelm] = await changed(it, first, { ...INPUTS, desiredOwner: "Helm" });
            assert.equal(onHelm.outs.phase, "OnHelm");
            const next = await door();
            const back = await changed(next, onHelm, INPUTS);
            assert.equal(back[2].outs.phase, "Moved");
            return [inputs, changes, onHelm, back];
        },
    },
    {
        name: "a commit is final: the destroy after it leaves the cluster alone",
        async run(door, world) {
            const it = await door();
            const first = await moved(it);
            const committed = await changed(it, first, { ...INPUTS, commit: true });
            const before = JSON.stringify([...world.data.addons.keys()].sort());
            const gone = await (await door()).delete(first.id, committed[2].outs);
            assert.equal(JSON.stringify([...world.data.addons.keys()].sort()), before);
            return [committed, gone];
        },
    },
    {
        name: "a later version upgrades the add-on, an older one is refused",
        async run(door, world) {
            const it = await door();
            const first = await moved(it, { ...INPUTS, addonVersion: "v1.3.0-eksbuild.1" });
            const upgraded = await changed(it, first, { ...INPUTS, addonVersion: "v1.4.0-eksbuild.1" });
            assert.equal(world.data.addons.get(ADDON)?.version, "v1.4.0-eksbuild.1");
            const [, , latest] = upgraded;
            const next = await door();
            const older = { ...latest.inputs, addonVersion: "v1.3.0-eksbuild.1" };
            return [
                upgraded,
                await next.check(latest.inputs, older),
                await next.update(first.id, latest.outs, older),
            ];
        },
    },
    {
        name: "settings that were changed outside are told by a refresh, and set back by an update",
        leavesNoTrace: true,
        async run(door, world) {
            const it = await door();
            const first = await moved(it);
            const addon = world.data.addons.get(ADDON) ?? assert.fail();
            const settings = JSON.parse(addon.configurationValues) as object;
            const theirs = JSON.stringify({ ...settings, nodeSelector: { pool: "theirs" } });
            world.data.addons.set(ADDON, { ...addon, configurationValues: theirs });
            const seen = read(await it.read(first.id, first.outs));
            assert.match(String(seen.drift), /changed outside/);
            const next = await door();
            const changes = await next.diff(first.id, seen, first.inputs, first.inputs);
            assert.equal(changes, true);
            const outs = updated(await next.update(first.id, seen, first.inputs));
            const quiet = read(await next.read(first.id, outs));
            assert.deepEqual(quiet.drift, []);
            return [seen, outs, quiet, await next.delete(first.id, outs)];
        },
    },
    {
        name: "a delete of a create that is not the journal's undoes nothing",
        leavesNoTrace: true,
        async run(door, world) {
            const it = await door();
            const { id, inputs, outs } = await moved(it);
            // As `--replace` does with a resource that has no component around it.
            const later = created(await (await door()).create(inputs));
            const next = await door();
            const ofTheFirst = await next.delete(id, outs);
            assert.ok(world.data.addons.has(ADDON));
            return [ofTheFirst, await next.delete(id, later.outs)];
        },
    },
    {
        name: "a journal of another stack is refused by a check that names its hash, and taken over with it",
        leavesNoTrace: true,
        async run(door) {
            const lost = await moved(await door());
            const it = await door();
            const wanted = { clusterName: "demo", journalKey: OTHER_KEY };
            const { failures } = await it.check({}, wanted);
            const [, hash] = /\(hash (\w{64})\)/.exec(JSON.stringify(failures)) ?? [];
            assert.ok(hash, JSON.stringify(failures));
            const taken = await moved(it, { ...wanted, adoptJournal: hash });
            return [
                lost.id,
                failures.map(({ property }) => property),
                taken,
                await it.delete(taken.id, taken.outs),
            ];
        },
    },
    {
        name: "what its undo needs follows the inputs",
        resource: "WayBack",
        leavesNoTrace: true,
        async run(door) {
            const it = await door();
            const known = { clusterName: "demo", journalKey: KEY };
            const { id, outs } = created(await it.create(known));
            const { inputs } = await it.check(known, { clusterName: "demo", removeTimeoutMinutes: 30 });
            const later = await it.update(id, outs, inputs);
            return [inputs, later, await it.delete(id, later as Bag)];
        },
    },
];

describe("the same changes through both doors", () => sameThroughBothDoors(CASES));
