// What a user can write wrongly: every bad input is refused by its property's name, all of them at once, and good ones pass.
import assert from "node:assert/strict";
import { hasUnknown, UNKNOWN } from "../../common/unknownValue";
import { parseInputs } from "../../provider/pulumi/inputs";

const BAD: readonly (readonly [property: string, value: unknown, says: RegExp, where?: string])[] = [
    ["clusterName", "", /EKS cluster name .*, not ""/],
    ["clusterName", 7, /must be a string .*, not number 7/],
    ["clusterName", null, /is required/],
    ["clusterName", "-demo", /EKS cluster name/],
    ["clusterName", "a".repeat(101), /EKS cluster name/],
    ["region", "us-west", /AWS Region, like us-west-2/],
    ["region", ["us-west-2"], /not a list/],
    ["profile", "  ", /name of an AWS profile/],
    ["roleArn", "arn:aws:iam::1234:role/x", /ARN of an IAM role/],
    ["access", "AKIA1", /^must be an object, not string the secret that was given$/],
    ["access", { key: {} }, /did you mean keys/, "access.key"],
    ["access", { keys: { accessKeyId: "AKIA1" } }, /is required/, "access.keys.secretAccessKey"],
    ["access", { assumeRoles: [{ roleArn: "team" }] }, /ARN of an IAM role/, "access.assumeRoles[0].roleArn"],
    ["access", { endpoints: { eks: 1 } }, /URL/, 'access.endpoints["eks"]'],
    ["kubeconfig", {}, /must be a string .*, not an object/],
    ["context", false, /must be a string/],
    ["releaseName", "Upper", /Helm release name/],
    ["releaseName", "a".repeat(54), /Helm release name/],
    ["releaseNamespace", "kube_system", /Kubernetes name/],
    ["addonVersion", "1.3.0", /add-on version, like v1.3.0-eksbuild.1/],
    ["executionRoleArn", "my-role", /ARN of an IAM role/],
    ["albRoleArn", "arn:aws:iam::123456789012:user/x", /ARN of an IAM role/],
    ["kedaRoleArn", 1, /must be a string/],
    ["jumpstartGatedModelDownloadRoleArn", "x", /ARN of an IAM role/],
    ["s3CsiRoleArn", "arn:aws:s3:::x", /ARN of an IAM role/],
    ["fsxCsiRoleArn", "", /ARN of an IAM role/],
    ["tlsCertificateS3Bucket", "s3://bucket", /bucket name/],
    ["tlsCertificateS3Bucket", "10.0.0.1", /bucket name/],
    ["tlsCertificateS3Bucket", "two..dots", /bucket name/],
    ["tlsCertificateS3Bucket", "xn--bucket", /S3 .* keeps xn-- for itself/],
    ["tlsCertificateS3Bucket", "sthree-configurator", /keeps sthree- for itself/],
    ["tlsCertificateS3Bucket", "amzn-s3-demo-tls", /keeps amzn-s3-demo- for itself/],
    ["tlsCertificateS3Bucket", "tls-s3alias", /keeps -s3alias for itself/],
    ["tlsCertificateS3Bucket", "tls--x-s3", /keeps --x-s3 for itself/],
    ["hyperpodClusterArn", "arn:aws:sagemaker:us-west-2:123456789012:cluster/short", /HyperPod cluster/],
    ["additionalConfiguration", "{}", /must be an object/],
    ["additionalConfiguration", [], /must be an object, not a list/],
    ["onUnsupportedSettings", "drop", /must be one of Refuse, Drop/],
    ["handover", "seamless", /must be one of Auto, Seamless, Pause/],
    ["skipDependenciesMigration", "yes", /must be true or false/],
    ["tags", { createdby: "me" }, /the move's own tag/, 'tags["createdby"]'],
    [
        "tags",
        { "pulumi-hyperpod-inference/migration": "me" },
        /the move's own tag/,
        'tags["pulumi-hyperpod-inference/migration"]',
    ],
    ["tags", { "aws:team": "me" }, /starts neither with aws:/, 'tags["aws:team"]'],
    ["tags", { team: "a<b" }, /tag value/, 'tags["team"]'],
    ["tags", Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`t${n}`, "x"])), /at most 49/],
    ["dependencies", "s3Csi", /must be an object/],
    ["until", "scaledown", /must be one of lock, backUp.*, not "scaledown"; did you mean scaleDown\?/],
    ["desiredOwner", "helm", /must be one of Addon, Helm/],
    ["commit", 1, /must be true or false/],
    ["report", "", /must be the path of a file/],
    ["report", "s3://reports/move.html", /must be the path of a file on this machine/],
    ["report", "move\0.html", /must be the path of a file/],
    ["tags", { team: "a\nb" }, /tag value/, 'tags["team"]'],
    ["tags", { "te\tam": "a" }, /tag key/, 'tags["te\\tam"]'],
    ["installTimeoutMinutes", 0, /whole number of minutes from 1 to 1440, not 0/],
    ["installTimeoutMinutes", Number.NaN, /not NaN/],
    ["installTimeoutMinutes", 0.0001, /whole number of minutes from 1 to 1440, not 0.0001/],
    ["installTimeoutMinutes", null, /not null/],
    ["removeTimeoutMinutes", 1441, /from 1 to 1440, not 1441/],
    ["lockTimeoutMinutes", "5", /number of minutes/],
    ["clusterNme", "demo", /is no input; did you mean clusterName\?/],
    ["somethingElse", "demo", /is no input; there are: clusterName/],
    ["constructor", "demo", /is no input/],
];

describe("inputs", () => {
    for (const [property, value, says, where = property] of BAD)
        it(`refuses ${property}: ${JSON.stringify(value)}`, () => {
            const { failures } = parseInputs({ clusterName: "demo", [property]: value });
            const [failure, ...more] = failures;
            assert.deepEqual(more, []);
            assert.equal(failure?.property, where);
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
        const named = new Set(failures.map(({ property }) => property.replace(/\W.*$/, "")));
        for (const property of [...Object.keys(raw), "clusterName"])
            assert.ok(named.has(property), `${property} is not named`);
        assert.ok(named.size >= 25, `${named.size} properties`);
    });

    it("names each wrong dependency by its path", () => {
        const { failures } = parseInputs({
            clusterName: "demo",
            dependencies: {
                s3Csi: "No",
                s3csi: "Move",
                velero: "Move",
                fsxCsi: UNKNOWN,
                certManager: "LeaveAlone",
            },
        });
        assert.deepEqual(failures.map(({ property }) => property).sort(), [
            "dependencies.s3Csi",
            "dependencies.s3csi",
            "dependencies.velero",
        ]);
    });

    for (const [what, raw, property = "commit"] of [
        ["tags whose keys differ in case alone", { tags: { Owner: "a", owner: "b" } }, 'tags["owner"]'],
        ["commit with desiredOwner Helm", { commit: true, desiredOwner: "Helm" }],
        ["commit with until before the end", { commit: true, until: "install" }],
        [
            "a choice for dependencies that are all left alone",
            { skipDependenciesMigration: true, dependencies: { s3Csi: "Move" } },
            "dependencies",
        ],
    ] as const)
        it(`refuses ${what}`, () => {
            const { failures } = parseInputs({ clusterName: "demo", ...raw });
            assert.deepEqual(
                failures.map((failure) => failure.property),
                [property],
            );
        });

    it("quotes no value of an input that came in secret, nor of one that always is", () => {
        const secret = "hunter2-in-the-wrong-place";
        for (const property of [
            "addonVersion",
            "region",
            "until",
            "commit",
            "lockTimeoutMinutes",
            "dependencies",
        ]) {
            const raw = { clusterName: "demo", [property]: secret };
            const told = (secretInputs: string[]) =>
                JSON.stringify(parseInputs({ ...raw, secretInputs }).failures);
            assert.match(told([]), /hunter2/, `${property}: an open value is quoted`);
            assert.doesNotMatch(told([property]), /hunter2/, property);
            assert.match(told([property]), /the secret that was given/, property);
        }
        assert.doesNotMatch(
            JSON.stringify(parseInputs({ clusterName: "demo", access: secret }).failures),
            /hunter2/,
        );
    });

    it("suggests nothing that is near a secret", () => {
        const raw = { clusterName: "demo", desiredOwner: "helm" };
        const told = (secretInputs: string[]) =>
            JSON.stringify(parseInputs({ ...raw, secretInputs }).failures);
        assert.match(told([]), /did you mean Helm\?/);
        assert.doesNotMatch(told(["desiredOwner"]), /did you mean/);
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
            installTimeoutMinutes: 1,
        };
        const { failures, inputs, unknown } = parseInputs({
            ...good,
            __provider: "stub",
            plan: ["x"],
            progressUrn: "urn",
            __progressUrn: "urn",
            kubeconfig: null,
        });
        assert.deepEqual(failures, []);
        assert.deepEqual(unknown, []);
        assert.deepEqual(inputs, good);
    });
});
