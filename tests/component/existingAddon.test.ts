// An operator add-on that is there before the component: ours stays ours, somebody else's is refused, or taken over when asked.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { HyperPodInferenceAddon, type HyperPodInferenceAddonArgs, ownerTagKey } from "../../components";
import type { Scope } from "../../components/componentScope";
import { type OperatorPlan, planOperator } from "../../components/operatorAddon";
import { type Account, MockAccount, run } from "./mocks";

const addonName = "amazon-sagemaker-hyperpod-inference";
const version = "v1.2.0-eksbuild.1";
const withAddon = (tags: Record<string, string>): Account => ({ addons: { [addonName]: { version, tags } } });
const foreign = withAddon({ team: "platform" });
const ours = withAddon({ [ownerTagKey]: "project/stack/inference" });
const otherStack = withAddon({ [ownerTagKey]: "project/other/inference" });

/** The decision alone; in a component its failure ends the program. */
async function plan(
    args: Partial<HyperPodInferenceAddonArgs>,
    account: Account,
    clusterName: pulumi.Output<string> = pulumi.output("demo"),
): Promise<OperatorPlan> {
    await new MockAccount(account).install();
    const scope = {
        name: "inference",
        clusterName,
        ownerTagValue: pulumi.output("project/stack/inference"),
        region: undefined,
        lookUp: {},
        valuesChecked: Promise.resolve(),
    } as unknown as Scope;
    const cluster = clusterName.apply((name) => ({ name, version: "1.34" })) as Parameters<
        typeof planOperator
    >[2];
    return await planOperator(scope, { clusterName, ...args }, cluster);
}

const operatorOf = async (args: Partial<HyperPodInferenceAddonArgs>, account: Account) => {
    const mock = await run(
        () => new HyperPodInferenceAddon("inference", { clusterName: "demo", ...args }),
        account,
    );
    return mock.only("aws:eks/addon:Addon", "inference-operator");
};

describe("an operator add-on that exists already", () => {
    for (const [whose, account] of [
        ["nobody's", withAddon({})],
        ["somebody else's", foreign],
        ["another stack's", otherStack],
    ] as const) {
        it(`${whose}: is refused by property, with the way out`, async () => {
            for (const args of [{}, { importExistingAddon: false }]) {
                await assert.rejects(plan(args, account), (error: unknown) => {
                    assert.ok(pulumi.InputPropertiesError.isInstance(error));
                    const [problem, ...more] = error.errors;
                    assert.deepEqual(more, []);
                    assert.equal(problem?.propertyPath, "importExistingAddon");
                    assert.match(
                        problem.reason,
                        /the cluster demo has the add-on amazon-sagemaker-hyperpod-inference v1\.2\.0-eksbuild\.1 already/,
                    );
                    assert.match(problem.reason, /Set importExistingAddon to true .* or remove it first/);
                    return true;
                });
            }
        });

        it(`${whose}: is taken over when asked, as it is`, async () => {
            const operator = await operatorOf({ importExistingAddon: true }, account);
            assert.equal(operator.importId, `demo:${addonName}`);
            assert.equal(operator.inputs["addonVersion"], version, "no upgrade on the side");
            assert.equal(
                operator.inputs["tags"][ownerTagKey],
                "project/stack/inference",
                "and is ours from then on",
            );
        });
    }

    it("is taken over at the version that is asked for", async () => {
        const asked = { importExistingAddon: true, addonVersion: "v1.3.0-eksbuild.1" };
        const operator = await operatorOf(asked, foreign);
        assert.deepEqual(
            [operator.importId, operator.inputs["addonVersion"]],
            [`demo:${addonName}`, asked.addonVersion],
        );
    });

    for (const importExistingAddon of [false, true]) {
        it(`ours: stays a resource of this stack (importExistingAddon ${importExistingAddon})`, async () => {
            const operator = await operatorOf({ importExistingAddon }, ours);
            assert.equal(operator.importId, "", "an import in a later update would be a second one");
            assert.equal(operator.inputs["addonVersion"], version);
        });

        it(`not there: is made (importExistingAddon ${importExistingAddon})`, async () => {
            const operator = await operatorOf({ importExistingAddon }, {});
            assert.equal(operator.importId, "");
            assert.equal(operator.inputs["addonVersion"], "v9.9.9-eksbuild.1");
        });
    }

    it("on a cluster that is not known yet: nothing is refused before the update", async () => {
        const later = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
        assert.equal((await plan({}, foreign, later)).importId, undefined);
    });
});
