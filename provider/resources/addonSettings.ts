// Versions and settings of add-ons come in, every reason why EKS would refuse them goes out, at preview. Writes nothing.
import type Ajv from "ajv";
import type { ErrorObject } from "ajv";
import { type Connection, connectionIn, eksClient } from "./connection";
import {
    type Bag,
    type CheckFailure,
    clean,
    differs,
    hasUnknown,
    isUnknown,
    type Lifecycle,
    memoryOnly,
} from "./dynamicResults";
import { kubernetesReader } from "./kubernetesReader";
import { findAbsent } from "./presence";

/** One add-on to check. `argument` is the property path of the settings in the component's arguments, "" for the component itself. */
interface Candidate {
    argument: string;
    versionArgument: string;
    addonName: string;
    addonVersion: string;
    configuration: Record<string, unknown>;
}

const answers = new Map<string, Promise<unknown>>();

/** The catalogue does not change while a process lives. */
function once<T>(key: unknown[], ask: () => Promise<T>): Promise<T> {
    const text = JSON.stringify(key);
    let pending = answers.get(text) as Promise<T> | undefined;
    if (!pending) {
        pending = ask();
        pending.catch(() => answers.delete(text));
        answers.set(text, pending);
    }
    return pending;
}

async function versionsFor(
    connection: Connection,
    addonName: string,
    kubernetesVersion: string,
): Promise<string[]> {
    const { paginateDescribeAddonVersions } =
        require("@aws-sdk/client-eks") as typeof import("@aws-sdk/client-eks");
    const client = eksClient(connection);
    try {
        const versions: string[] = [];
        const pages = paginateDescribeAddonVersions({ client }, { addonName, kubernetesVersion });
        for await (const page of pages) {
            for (const addon of page.addons ?? []) {
                for (const { addonVersion } of addon.addonVersions ?? [])
                    if (addonVersion) versions.push(addonVersion);
            }
        }
        return versions;
    } finally {
        client.destroy();
    }
}

async function schemaOf(connection: Connection, addonName: string, addonVersion: string): Promise<object> {
    const { DescribeAddonConfigurationCommand } =
        require("@aws-sdk/client-eks") as typeof import("@aws-sdk/client-eks");
    const client = eksClient(connection);
    try {
        const answer = await client.send(new DescribeAddonConfigurationCommand({ addonName, addonVersion }));
        return JSON.parse(answer.configurationSchema || "{}") as object;
    } finally {
        client.destroy();
    }
}

/** What the schema says about the settings, leaving out what a preview cannot know yet. */
export function findSettingErrors(schema: object, configuration: Record<string, unknown>): CheckFailure[] {
    const { default: AjvClass } = require("ajv") as { default: new (options: object) => Ajv };
    const ajv = new AjvClass({ allErrors: true, strict: false, validateFormats: false, verbose: true });
    const { $schema: _draft, $id: _id, ...body } = schema as Record<string, unknown>;
    const validate = ajv.compile(body);
    if (validate(configuration)) return [];
    const errors = validate.errors ?? [];
    const undecided = errors.filter((error) => combining.has(error.keyword) && hasUnknown(error.data));
    return errors
        .filter((error) => !isUnknown(error.data))
        .filter((error) => !undecided.some(({ schemaPath }) => error.schemaPath.startsWith(schemaPath)))
        .map((error) => ({ property: pathOf(error), reason: reasonOf(error) }));
}

/** These may fail only because of one value that is not known yet, and their branches with them. */
const combining = new Set(["anyOf", "oneOf", "not", "if", "allOf"]);

function pathOf(error: ErrorObject): string {
    const steps = error.instancePath
        .split("/")
        .slice(1)
        .map((step) => step.replace(/~1/g, "/").replace(/~0/g, "~"));
    const parameters = error.params as Record<string, string>;
    const extra = parameters["additionalProperty"] ?? parameters["missingProperty"];
    return [...steps, ...(extra ? [extra] : [])].reduce(
        (path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path ? `${path}.${step}` : step),
        "",
    );
}

function reasonOf(error: ErrorObject): string {
    const parameters = error.params as Record<string, unknown>;
    if (error.keyword === "additionalProperties") return "is no setting of this version";
    if (error.keyword === "required") return "is required by this version";
    if (error.keyword === "enum") return `must be one of ${JSON.stringify(parameters["allowedValues"])}`;
    return `${error.message ?? error.keyword}, not ${JSON.stringify(error.data)}`;
}

async function problemsOf(
    connection: Connection,
    kubernetesVersion: string,
    candidate: Candidate,
): Promise<CheckFailure[]> {
    const { argument, versionArgument, addonName, addonVersion, configuration } = candidate;
    const versions = await once([connection, addonName, kubernetesVersion], () =>
        versionsFor(connection, addonName, kubernetesVersion),
    );
    if (!versions.includes(addonVersion)) {
        const choice = versions.length > 0 ? `choose one of ${versions.join(", ")}` : "no version is";
        const reason = `${addonName} ${addonVersion} is not available for Kubernetes ${kubernetesVersion}; ${choice}`;
        return [{ property: versionArgument, reason }];
    }
    const schema = await once([connection, addonName, addonVersion], () =>
        schemaOf(connection, addonName, addonVersion),
    );
    return findSettingErrors(schema, configuration).map(({ property, reason }) => ({
        property: [argument, property].filter(Boolean).join(".") || "additionalConfiguration",
        reason: `${reason} (setting of ${addonName} ${addonVersion})`,
    }));
}

export async function findProblems(news: Bag): Promise<CheckFailure[]> {
    const candidates = news["addons"] as Candidate[] | string;
    const version = news["kubernetesVersion"] as string;
    const connection = connectionIn(news);
    if (typeof candidates === "string" || isUnknown(version) || connection === undefined) return [];
    const ready = candidates.filter(
        ({ addonVersion, configuration }) => !isUnknown(addonVersion) && !isUnknown(configuration),
    );
    return (await Promise.all(ready.map((candidate) => problemsOf(connection, version, candidate)))).flat();
}

/** What the user says is there and is not. */
async function missing(news: Bag): Promise<CheckFailure[]> {
    const present = (news.present ?? []) as string[];
    const connection = connectionIn(news);
    const isKnown = !isUnknown(news.kubernetesVersion) && !isUnknown(news.clusterName);
    if (present.length === 0 || !isKnown || connection === undefined) return [];
    const read = await kubernetesReader(connection, String(news.clusterName));
    return read ? findAbsent(read, present) : [];
}

const checked = ["addons", "kubernetesVersion", "present"];

export const addonSettings: Lifecycle = {
    async check(olds, news) {
        // What was accepted once needs no further call.
        const unchanged = !differs(olds, news, checked);
        const failures = unchanged ? [] : (await Promise.all([findProblems(news), missing(news)])).flat();
        return failures.length > 0 ? { inputs: clean(news), failures } : { inputs: clean(news) };
    },
    async diff(_id, olds, news) {
        return { changes: differs(olds, news, checked) };
    },
    ...memoryOnly,
};
