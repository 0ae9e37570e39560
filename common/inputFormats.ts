// A single input value comes in, the reason why it cannot be used goes out: the one set of rules for both resources. Knows formats and the limits of AWS and Kubernetes, not which input has them.

import { AWS_REGION } from "./awsRegion";
import { BUCKET, BUCKET_NAME } from "./bucketName";
import { nearest } from "./nearest";
import { EXECUTION_ROLE_PREFIX, OPERATOR_TAG } from "./operatorNames";
import { PACKAGE_NAME } from "./ourMarks";

/** How a value is shown in a reason. */
export type Show = (value: unknown) => string;

/** As JSON. */
export const shown: Show = (value) => JSON.stringify(value) ?? String(value);

/** For secrets: a reason never holds one. */
export const withheld: Show = () => "the secret that was given";

/** Says what is wrong with a value, or nothing. */
export type Check = (value: unknown, show?: Show) => string | undefined;

const partition = "aws(-[a-z]+)*";

export function text(pattern: RegExp, expected: string): Check {
    return (value, show = shown) => {
        if (typeof value !== "string") return `must be a string (${expected}), not ${kindOf(value, show)}`;
        return pattern.test(value) ? undefined : `must be ${expected}, not ${show(value)}`;
    };
}

export function arn(service: string, region: string, resource: string, expected: string): Check {
    return text(
        new RegExp(`^arn:${partition}:${service}:${region}:${resource}$`),
        `the ARN of ${expected}, like ${exampleArn(service, resource)}`,
    );
}

const exampleArns: Record<string, string> = {
    "iam:role": "arn:aws:iam::123456789012:role/name",
    "iam:policy": "arn:aws:iam::123456789012:policy/name",
    "iam:oidc": "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABC",
    kms: "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555",
    sagemaker: "arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdefghijkl",
    s3: "arn:aws:s3:::my-models",
};

function exampleArn(service: string, resource: string): string {
    const kind = service === "iam" ? `iam:${/role|policy|oidc/.exec(resource)?.[0] ?? "role"}` : service;
    return exampleArns[kind] ?? "arn:aws:service:region:account:name";
}

export const role = arn("iam", "", String.raw`\d{12}:role/([!-~]+/)?[\w+=,.@-]{1,64}`, "an IAM role");
export const policy = arn(
    "iam",
    "",
    String.raw`(\d{12}|aws):policy/([!-~]+/)?[\w+=,.@-]{1,128}`,
    "an IAM policy",
);
export const oidcProvider = arn(
    "iam",
    "",
    String.raw`\d{12}:oidc-provider/[\w./:-]+`,
    "an IAM OIDC provider",
);
export const kmsKey = arn("kms", "[a-z0-9-]+", String.raw`\d{12}:(key|alias)/[\w/-]+`, "a KMS key");
export const hyperpodCluster = arn(
    "sagemaker",
    "[a-z0-9-]+",
    String.raw`\d{12}:cluster/[a-z0-9]{12}`,
    "a HyperPod cluster",
);
export const bucketArn = arn("s3", "", `:${BUCKET}(/.*)?`, "an S3 bucket");

/** The role name, without its path, must have the prefix that the operator's managed policy may pass to SageMaker. */
export const executionRole: Check = (value, show = shown) => {
    const problem = role(value, show);
    if (problem) return problem;
    const name = String(value).split("/").pop() ?? "";
    if (name.startsWith(EXECUTION_ROLE_PREFIX)) return undefined;
    return (
        `the role name ${show(name)} must start with ${EXECUTION_ROLE_PREFIX}: ` +
        "the add-on refuses other names, and its managed policy may only pass such roles to SageMaker"
    );
};

export const clusterName = text(
    /^[0-9A-Za-z][\w-]{0,99}$/,
    "an EKS cluster name (1 to 100 letters, digits, - or _)",
);
export const region = text(AWS_REGION, "an AWS Region, like us-west-2");
export const bucketName: Check = (value, show = shown) =>
    bucketForm(value, show) ?? reservedBucket(value, show);

const bucketForm = text(
    BUCKET_NAME,
    "a bucket name (3 to 63 lower-case letters, digits, dots and hyphens), without s3://",
);

/** Beginnings and ends that S3 keeps for itself (its rules for general purpose buckets). */
const RESERVED_BUCKET = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

function reservedBucket(value: unknown, show: Show): string | undefined {
    const [part] = RESERVED_BUCKET.exec(String(value)) ?? [];
    return part === undefined
        ? undefined
        : `must be a bucket name that S3 accepts: it keeps ${part} for itself, and ${show(value)} has it`;
}

export const rolePath = text(/^\/([!-~]{1,510}\/)?$/, "an IAM path that begins and ends with /");
export const addonVersion = text(
    /^v\d+\.\d+\.\d+-eksbuild\.\d+$/,
    "an add-on version, like v1.3.0-eksbuild.1",
);
export const routeTable = text(/^rtb-[0-9a-f]{8,17}$/, "a route table, like rtb-0123456789abcdef0");
export const subnet = text(/^subnet-[0-9a-f]{8,17}$/, "a subnet, like subnet-0123456789abcdef0");
export const securityGroup = text(/^sg-[0-9a-f]{8,17}$/, "a security group, like sg-0123456789abcdef0");
export const vpcEndpoint = text(/^vpce-[0-9a-f]{8,17}$/, "a VPC endpoint, like vpce-0123456789abcdef0");
export const serviceName = text(
    /^(?!com\.)[a-z0-9-]+(\.[a-z0-9-]+)*$/,
    "a service without the prefix com.amazonaws and the Region, like ecr.api",
);
export const profile = text(/^[^\s[\]]{1,128}$/, "the name of an AWS profile");
export const kubernetesName = text(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "a Kubernetes name (1 to 63 lower-case letters, digits and hyphens)",
);
export const releaseName = text(
    /^[a-z0-9]([a-z0-9.-]{0,51}[a-z0-9])?$/,
    "a Helm release name (1 to 53 lower-case letters, digits, dots and hyphens)",
);
export const ownerValue = text(
    /^[\p{L}\p{N}\p{Z}+\-=._:/@]{1,256}$/u,
    "a tag value of 1 to 256 letters, digits, spaces and + - = . _ : / @",
);
export const nonEmpty = text(/\S/, "a text that is not empty");
export const filePath = text(
    /^(?![a-z][a-z0-9+.-]+:\/\/)[^\0]*[^\0\s][^\0]*$/i,
    "the path of a file on this machine",
);

/** Content of a tag, as every service of AWS takes it. */
const TAG_CHARACTERS = "letters, digits, spaces and + - = . _ : / @";

export const tagKey = text(
    /^(?!aws:)(?!pulumi-hyperpod-inference:)[\p{L}\p{N}\p{Z}+\-=._:/@]{1,128}$/iu,
    `a tag key of 1 to 128 characters (${TAG_CHARACTERS}) that starts neither with aws: nor with pulumi-hyperpod-inference:`,
);
const MARKS_OF_A_MOVE = new RegExp(`^(${OPERATOR_TAG.key}$|${PACKAGE_NAME}/)`, "i");
/** Of what a move makes: IAM takes keys that differ in case alone for one. */
export const tagKeyOfMove: Check = (value, show) =>
    typeof value === "string" && MARKS_OF_A_MOVE.test(value)
        ? "is the move's own tag, by which it knows what it made"
        : tagKey(value, show);
export const TAG_KEYS_IN_ANY_CASE = "IAM takes tag keys that differ in case alone for one, and refuses both";
export const tagValue = text(
    /^[\p{L}\p{N}\p{Z}+\-=._:/@]{0,256}$/u,
    `a tag value of at most 256 characters (${TAG_CHARACTERS})`,
);
export const kubeconfig = text(/\S/, "the path or the content of a kubeconfig");
export const journalHash = text(/^[0-9a-f]{64}$/, "the hash of a journal, the 64 digits that the plan names");
export const anyText = text(/^.*$/s, "a text");
export const url = text(/^https?:\/\/\S+$/, "a URL, like https://eks.example.com");

export const flag: Check = (value, show = shown) =>
    typeof value === "boolean" ? undefined : `must be true or false, not ${kindOf(value, show)}`;

export function oneOf(words: readonly string[]): Check {
    return (value, show = shown) => {
        if (words.includes(value as string)) return undefined;
        const meant = typeof value === "string" ? nearest(value, words) : undefined;
        // What is near a secret tells of it.
        const hint = meant === undefined || show === withheld ? "" : `; did you mean ${meant}?`;
        return `must be one of ${words.join(", ")}, not ${show(value)}${hint}`;
    };
}

/** Whole numbers only. */
export function between(low: number, high: number, unit: string): Check {
    return (value, show = shown) =>
        Number.isInteger(value) && (value as number) >= low && (value as number) <= high
            ? undefined
            : `must be a whole number of ${unit} from ${low} to ${high}, not ${typeof value === "number" ? numberShown(value, show) : kindOf(value, show)}`;
}

/** JSON has no word for what is not a number. */
function numberShown(value: number, show: Show): string {
    return Number.isFinite(value) || show !== shown ? show(value) : String(value);
}

/** Timeouts: up to a day. */
export const minutes = between(1, 1440, "minutes");

export const plainObject: Check = (value, show = shown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
        ? undefined
        : `must be an object, not ${kindOf(value, show)}`;

export function kindOf(value: unknown, show: Show = shown): string {
    if (value === null) return "null";
    if (Array.isArray(value)) return "a list";
    return typeof value === "object" ? "an object" : `${typeof value} ${show(value)}`.trim();
}
