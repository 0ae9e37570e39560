// What a user can write wrongly: every bad input is refused by its property's name, all of them at once, and good ones pass.
import assert from "node:assert/strict";
import { hasUnknown, UNKNOWN } from "../../common/unknown";
import { parseInputs } from "../../provider/pulumi/inputs";

const BAD: readonly (readonly [property: string, value: unknown, says: RegExp])[] = [
    ["clusterName", "", /must not be empty/],
    ["clusterName", 7, /must be a string, not the number 7/],
    ["clusterName", "-demo", /EKS cluster name/],
    ["clusterName", "a".repeat(101), /EKS cluster name/],
    ["region", "us-west", /AWS region, for instance us-west-2/],
    ["region", ["us-west-2"], /not a list/],
    ["profile", "  ", /must not be empty/],
    ["roleArn", "arn:aws:iam::1234:role/x", /ARN of an IAM role/],
    ["access", "AKIA1", /^must be an object with keys, assumeRoles or endpoints$/],
    ["access", { key: {} }, /has no part key/],
    ["access", { keys: { accessKeyId: "AKIA1" } }, /^must have accessKeyId and secretAccessKey in keys$/],
    ["access", { assumeRoles: [{ roleArn: "team" }] }, /ARN of an IAM role as assumeRoles\[0\]/],
    ["access", { endpoints: { eks: 1 } }, /URL per service/],
    ["kubeconfig", {}, /must be a string, not an object/],
    ["context", false, /must be a string/],
    ["releaseName", "Upper", /Kubernetes name/],
    ["releaseName", "a".repeat(54), /Kubernetes name/],
    ["releaseNamespace", "kube_system", /Kubernetes name/],
    ["addonVersion", "1.3.0", /add-on version, for instance v1.3.0-eksbuild.1/],
    ["executionRoleArn", "my-role", /ARN of an IAM role/],
    ["albRoleArn", "arn:aws:iam::123456789012:user/x", /ARN of an IAM role/],
    ["kedaRoleArn", 1, /must be a string/],
    ["jumpstartGatedModelDownloadRoleArn", "x", /ARN of an IAM role/],
    ["s3CsiRoleArn", "arn:aws:s3:::x", /ARN of an IAM role/],
    ["fsxCsiRoleArn", "", /must not be empty/],
    ["tlsCertificateS3Bucket", "s3://bucket", /bucket name/],
    ["hyperpodClusterArn", "arn:aws:sagemaker:us-west-2:123456789012:cluster/short", /SageMaker cluster/],
    ["additionalConfiguration", "{}", /must be an object/],
    ["additionalConfiguration", [], /must be an object, not a list/],
    ["onUnsupportedSettings", "drop", /must be one of Refuse, Drop/],
    ["skipDependenciesMigration", "yes", /must be true or false/],
    ["dependencies", "s3Csi", /must be an object/],
    ["until", "scaledown", /must be one of lock, backUp/],
    ["desiredOwner", "helm", /must be one of Addon, Helm/],
    ["commit", 1, /must be true or false/],
    ["report", "", /must not be empty/],
    ["installTimeoutMinutes", 0, /above 0/],
    ["installTimeoutMinutes", Number.NaN, /above 0/],
    ["removeTimeoutMinutes", 1441, /at most 1440/],
    ["lockTimeoutMinutes", "5", /number of minutes/],
    ["clusterNme", "demo", /is not a property of HelmToAddonMigration/],
];

describe("inputs", () => {
    for (const [property, value, says] of BAD)
        it(`refuses ${property}: ${JSON.stringify(value)}`, () => {
            const { failures } = parseInputs({ clusterName: "demo", [property]: value });
            const [failure, ...more] = failures;
            assert.deepEqual(more, []);
            assert.equal(failure?.property, property);
            assert.match(failure?.reason ?? "", says);
        });

    for (const region of [
        "us-gov-west-1",
        "cn-north-1",
        "us-isob-east-1",
        "eu-isoe-west-1",
        "eusc-de-east-1",
    ])
        it(`takes the Region ${region}`, () => {
            assert.deepEqual(parseInputs({ clusterName: "demo", region }).failures, []);
        });

    it("names every bad input at once, and the missing one too", () => {
        const raw = Object.fromEntries(
            BAD.filter(([property]) => property !== "clusterName").map(([property, value]) => [
                property,
                value,
            ]),
        );
        const { failures } = parseInputs(raw);
        const named = new Set(failures.map(({ property }) => property));
        for (const property of [...Object.keys(raw), "clusterName"])
            assert.ok(named.has(property), `${property} is not named`);
        assert.ok(named.size >= 25, `${named.size} properties`);
    });

    it("names each wrong dependency by its path", () => {
        const { failures } = parseInputs({
            clusterName: "demo",
            dependencies: { s3Csi: "No", velero: "Move", fsxCsi: UNKNOWN, certManager: "LeaveAlone" },
        });
        assert.deepEqual(failures.map(({ property }) => property).sort(), [
            "dependencies.s3Csi",
            "dependencies.velero",
        ]);
    });

    for (const [what, raw] of [
        ["commit with desiredOwner Helm", { commit: true, desiredOwner: "Helm" }],
        ["commit with until before the end", { commit: true, until: "install" }],
    ] as const)
        it(`refuses ${what}`, () => {
            const { failures } = parseInputs({ clusterName: "demo", ...raw });
            assert.deepEqual(
                failures.map(({ property }) => property),
                ["commit"],
            );
        });

    it("lets values through that another resource has yet to make, at any depth", () => {
        const { failures, unknown } = parseInputs({
            clusterName: UNKNOWN,
            executionRoleArn: UNKNOWN,
            additionalConfiguration: { a: [{ b: UNKNOWN }] },
        });
        assert.deepEqual(failures, []);
        assert.deepEqual(unknown, ["clusterName", "executionRoleArn", "additionalConfiguration"]);
        assert.equal(hasUnknown({ a: { b: ["x"] } }), false);
    });

    it("takes everything that is right, and forgets null and the package's own properties", () => {
        const good = {
            clusterName: "my_Cluster-1",
            region: "us-gov-west-1",
            roleArn: "arn:aws-cn:iam::123456789012:role/path/to/My.Role@x",
            releaseName: "hyperpod-inference-operator",
            addonVersion: "v1.3.0-eksbuild.12",
            tlsCertificateS3Bucket: "hyperpod-tls.my-team",
            dependencies: { s3Csi: "Move", metricsServer: "LeaveAlone" },
            until: "verify",
            installTimeoutMinutes: 0.5,
        };
        const { failures, inputs, unknown } = parseInputs({
            ...good,
            __provider: "stub",
            plan: ["x"],
            progressUrn: "urn",
            report: null,
        });
        assert.deepEqual(failures, []);
        assert.deepEqual(unknown, []);
        assert.deepEqual(inputs, good);
    });
});
