// Every resource type of the stand-in aws plugin on an emulated account: made, read, changed, drifted, imported, deleted, and AWS asked each time.
import assert from "node:assert/strict";
import { resourceTypes } from "../../sandbox/aws-provider/resourceTypes";
import type { PropertyMap } from "../../sandbox/pulumi/state";
import { type AwsFixture, pristineAws } from "./fixtures/awsFixture";
import { type AwsPlugin, type PluginResource, serveAwsPlugin } from "./fixtures/awsPlugin";
import { ec2Lives } from "./fixtures/lives/ec2";
import { eksLives } from "./fixtures/lives/eks";
import { iamLives } from "./fixtures/lives/iam";
import type { Life, Told } from "./fixtures/lives/life";
import { s3Lives } from "./fixtures/lives/s3";

describe("stand-in aws plugin: resources", function () {
    this.timeout(60_000);
    let fixture: AwsFixture;
    let plugin: AwsPlugin;
    let lives: Life[];

    before(async () => {
        fixture = await pristineAws();
        await fixture.aws.configure({ minimumCreatingSeconds: 0, minimumUpdatingSeconds: 0 });
        plugin = await serveAwsPlugin(fixture.aws.endpoint);
        const { ec2, eks, iam, s3 } = fixture.clients;
        lives = [
            ...(await iamLives(iam)),
            ...(await s3Lives(s3)),
            ...(await ec2Lives(ec2)),
            ...(await eksLives(eks)),
        ];
    });
    after(() => {
        plugin?.stop();
    });

    for (const type of Object.keys(resourceTypes)) {
        it(type, async () => {
            const ofType = lives.filter((life) => life.type === type);
            assert.ok(ofType.length > 0, "a type without a life here is not tried");
            for (const life of ofType) await live(life, plugin.resource(type));
        });
    }
});

async function live(life: Life, resource: PluginResource): Promise<void> {
    const { inputs, changed, inAws, says } = life;
    const told = (): Told => ({ ...(resource.outputs as Told), id: resource.id });

    assert.deepEqual((await resource.check(inputs)).failures, []);
    await resource.create(inputs);
    assert.ok(resource.id !== "");
    assert.deepEqual(await inAws(told()), says.created, "created");
    await isAsAsked(resource, inputs);

    if (changed) {
        const change = await resource.diff(changed);
        assert.equal(change.changes, "DIFF_SOME");
        assert.deepEqual(change.replaces, []);
        await resource.update(changed);
        assert.deepEqual(await inAws(told()), says.updated, "updated");
        await isAsAsked(resource, changed);
    }

    await isImported(life, resource, changed ?? inputs);
    if (life.drift) await isSeenDrifting(resource, life.drift, told());

    await resource.delete();
    assert.equal(await inAws(told()), undefined, "deleted");
    assert.equal((await resource.read()).id, "", "a refresh says that it is gone");
    await resource.delete();
}

/** Outputs hold the inputs, a refresh finds no drift, and the same program finds nothing to do. */
async function isAsAsked(resource: PluginResource, inputs: PropertyMap): Promise<void> {
    for (const [key, value] of Object.entries(inputs)) assert.deepEqual(resource.outputs[key], value, key);
    const there = await resource.read();
    assert.equal(there.id, resource.id);
    assert.deepEqual(there.inputs, inputs);
    assert.deepEqual(there.properties, resource.outputs);
    assert.equal((await resource.diff(inputs)).changes, "DIFF_NONE");
}

/** The id alone brings inputs that a program could have asked with, and the same outputs. */
async function isImported(life: Life, resource: PluginResource, inputs: PropertyMap): Promise<void> {
    const imported = await resource.import();
    if (life.cannotBeImported) return assert.equal(imported.id, "");
    const { notImported = [], onlyImported = [] } = life;
    const wanted = Object.keys(inputs).filter((key) => !notImported.includes(key));
    assert.deepEqual(
        Object.keys(imported.inputs ?? {}).sort(),
        [...new Set([...wanted, ...onlyImported])].sort(),
    );
    for (const key of wanted) assert.deepEqual(imported.inputs?.[key], inputs[key], key);
    assert.deepEqual((await resource.check(imported.inputs ?? {})).failures, []);
}

async function isSeenDrifting(
    resource: PluginResource,
    { by, seenIn }: NonNullable<Life["drift"]>,
    told: Told,
): Promise<void> {
    await by(told);
    const there = await resource.read();
    const drifted = Object.keys(there.inputs ?? {}).filter(
        (key) => JSON.stringify(there.inputs?.[key]) !== JSON.stringify(resource.inputs[key]),
    );
    assert.deepEqual(drifted, seenIn);
}
