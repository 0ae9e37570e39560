// The stand-in aws plugin without any AWS behind it: what it refuses, what it sees as changed, what a preview says.
import assert from "node:assert/strict";
import { uniqueName } from "../../sandbox/aws-provider/resourceType";
import { resourceTypes } from "../../sandbox/aws-provider/resourceTypes";
import type { PropertyMap } from "../../sandbox/pulumi/state";
import { type AwsPlugin, serveAwsPlugin, unknown } from "./fixtures/awsPlugin";

const roleType = "aws:iam/role:Role";
const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";
const encryptionType =
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const addon = { clusterName: "demo", addonName: "toy-controller" };

describe("stand-in aws plugin: inputs", function () {
    this.timeout(30_000);
    let plugin: AwsPlugin;
    before(async () => {
        plugin = await serveAwsPlugin();
    });
    after(() => plugin.stop());

    const failuresOf = async (type: string, inputs: PropertyMap) =>
        Object.fromEntries(
            (await plugin.resource(type).check(inputs)).failures.map(({ property, reason }) => [
                property,
                reason,
            ]),
        );

    const bad: [what: string, type: string, inputs: PropertyMap, failures: Record<string, RegExp>][] = [
        [
            "a property that the type does not have",
            roleType,
            { assumeRolePolicy: "{}", namPrefix: "x" },
            { namPrefix: /is no property of RoleArgs/ },
        ],
        [
            "a required property that is missing",
            roleType,
            { description: "x" },
            { assumeRolePolicy: /is required/ },
        ],
        [
            "a number for a string",
            roleType,
            { assumeRolePolicy: 7 },
            { assumeRolePolicy: /must be a string, not 7/ },
        ],
        [
            "a string for a flag",
            endpointType,
            { vpcId: "vpc-1", serviceName: "s3", privateDnsEnabled: "yes" },
            { privateDnsEnabled: /must be true or false, not "yes"/ },
        ],
        [
            "a string for a list, and a number in a list",
            endpointType,
            { vpcId: "vpc-1", routeTableIds: "rtb-1", subnetIds: ["subnet-1", 2] },
            { routeTableIds: /must be a list/, "subnetIds[1]": /must be a string, not 2/ },
        ],
        [
            "a list for a map, and a number in a map",
            roleType,
            { assumeRolePolicy: "{}", tags: ["team"] },
            { tags: /must be an object/ },
        ],
        [
            "a value of the wrong type in a map",
            roleType,
            { assumeRolePolicy: "{}", tags: { team: 7 } },
            { 'tags["team"]': /must be a string/ },
        ],
        [
            "what is wrong deep inside",
            encryptionType,
            { bucket: "b", rules: [{ applyServerSideEncryptionByDefault: { algorithm: "AES256" } }] },
            {
                "rules[0].applyServerSideEncryptionByDefault.algorithm": /is no property of/,
                "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm": /is required/,
            },
        ],
        [
            "everything at once",
            "aws:eks/addon:Addon",
            { clusterName: 1, addonVersion: [], helm: true },
            {
                clusterName: /must be a string/,
                addonName: /is required/,
                addonVersion: /must be a string/,
                helm: /is no property/,
            },
        ],
        [
            "a property of the real plugin that this one would silently ignore",
            roleType,
            { assumeRolePolicy: "{}", maxSessionDuration: 3600 },
            { maxSessionDuration: /the stand-in does not apply/ },
        ],
    ];
    for (const [what, type, inputs, expected] of bad) {
        it(`refuses ${what}`, async () => {
            const failures = await failuresOf(type, inputs);
            assert.deepEqual(Object.keys(failures).sort(), Object.keys(expected).sort());
            for (const [property, reason] of Object.entries(expected))
                assert.match(failures[property] ?? "", reason);
        });
    }

    it("takes what only the update will know, wherever it stands", async () => {
        assert.deepEqual(
            await failuresOf(roleType, { assumeRolePolicy: unknown, tags: { team: unknown } }),
            {},
        );
        assert.deepEqual(await failuresOf(endpointType, { vpcId: unknown, routeTableIds: unknown }), {});
        assert.deepEqual(await failuresOf(endpointType, { vpcId: "vpc-1", routeTableIds: [unknown] }), {});
        assert.deepEqual(await failuresOf(encryptionType, { bucket: unknown, rules: [unknown] }), {});
    });

    it("answers the inputs as they came", async () => {
        const inputs = { assumeRolePolicy: '{"b":1,  "a":2}', namePrefix: "x-" };
        assert.deepEqual((await plugin.resource(roleType).check(inputs)).inputs, inputs);
    });

    it("answers a document as JSON text, as the real plugin does", async () => {
        const document = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject" }] };
        const answer = async (policy: PropertyMap) => {
            const { inputs } = await plugin
                .resource("aws:iam/rolePolicy:RolePolicy")
                .check({ role: "r", policy });
            return inputs["policy"];
        };
        assert.deepEqual(JSON.parse(String(await answer(document))), document);
        assert.equal(await answer({ ...document, Statement: unknown }), unknown);
    });

    it("knows the arguments of every type it has, in the installed @pulumi/aws", async () => {
        for (const type of Object.keys(resourceTypes)) {
            const failures = await failuresOf(type, { noSuchArgument: 1 });
            assert.match(failures["noSuchArgument"] ?? "", /is no property of \w+Args/, type);
        }
    });

    it("refuses a type and a function that it does not have", async () => {
        const queue = plugin.resource("aws:sqs/queue:Queue");
        const missing = /has no resource type aws:sqs\/queue:Queue/;
        await assert.rejects(queue.check({}), missing);
        await assert.rejects(queue.create({}), missing);
        await assert.rejects(queue.read(), missing);
        await assert.rejects(
            plugin.client.invoke("aws:ec2/getAmi:getAmi", {}),
            /has no function aws:ec2\/getAmi:getAmi/,
        );
    });

    it("checks the arguments of functions too", async () => {
        const { failures } = await plugin.client.invoke("aws:eks/getAddon:getAddon", {
            clusterName: "demo",
            addon: "x",
        });
        assert.deepEqual(
            failures.map(({ property, reason }) => `${property}: ${reason}`),
            ["addonName: is required", "addon: is no property of GetAddonArgs"],
        );
    });

    describe("diff", () => {
        const before = { ...addon, addonVersion: "v1.0.0-eksbuild.1", configurationValues: '{"a":1,"b":2}' };
        const diff = async (news: PropertyMap) => {
            const resource = plugin.resource("aws:eks/addon:Addon");
            Object.assign(resource, { id: "demo:toy-controller", inputs: before, outputs: before });
            return await resource.diff(news);
        };

        it("sees nothing in JSON that says the same", async () => {
            const same = { ...before, configurationValues: '{ "b": 2, "a": 1 }' };
            assert.equal((await diff(same)).changes, "DIFF_NONE");
        });

        it("names what changed and what makes a new one", async () => {
            const changed = await diff({ ...before, addonVersion: "v1.10.0-eksbuild.1" });
            assert.equal(changed.changes, "DIFF_SOME");
            assert.deepEqual([changed.diffs, changed.replaces], [["addonVersion"], []]);
            assert.deepEqual((await diff({ ...before, clusterName: "other" })).replaces, ["clusterName"]);
            const { configurationValues: _, ...less } = before;
            assert.deepEqual((await diff(less)).diffs, ["configurationValues"]);
        });

        it("counts what is not known yet as changed", async () => {
            const open = await diff({ ...before, clusterName: unknown });
            assert.deepEqual([open.diffs, open.replaces], [["clusterName"], ["clusterName"]]);
        });
    });

    describe("preview", () => {
        it("of a creation answers the inputs, and as unknown what AWS decides", async () => {
            const inputs = { assumeRolePolicy: unknown, namePrefix: "x-" };
            assert.deepEqual(await plugin.resource(roleType).previewCreate(inputs), {
                ...inputs,
                ...Object.fromEntries(
                    ["arn", "name", "uniqueId", "createDate", "tagsAll"].map((key) => [key, unknown]),
                ),
            });
        });

        it("of an update keeps what AWS decided before", async () => {
            const role = plugin.resource(roleType);
            Object.assign(role, {
                id: "x-1",
                outputs: { arn: "arn:aws:iam::123456789012:role/x-1", name: "x-1" },
            });
            const shown = await role.previewUpdate({ assumeRolePolicy: "{}" });
            assert.equal(shown["arn"], "arn:aws:iam::123456789012:role/x-1");
            assert.equal(shown["assumeRolePolicy"], "{}");
        });
    });

    it("leaves secrets to the engine, and says that it can preview", () => {
        assert.equal(plugin.abilities.acceptSecrets, false);
        assert.equal(plugin.abilities.supportsPreview, true);
    });

    it("makes names of 26 digits after the prefix, whatever the number of its process", () => {
        const own = Object.getOwnPropertyDescriptor(process, "pid");
        try {
            for (const pid of [7, 42, 1_000, 31_337]) {
                Object.defineProperty(process, "pid", { ...own, value: pid });
                assert.match(uniqueName("inference-"), /^inference-\d{26}$/, `process ${pid}`);
            }
        } finally {
            if (own !== undefined) Object.defineProperty(process, "pid", own);
        }
    });
});
