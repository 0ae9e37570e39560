// The stand-in's behaviour with plain objects: check, diff, create, read, update, delete, invoke. Knows no gRPC.
import { AwsClients, type Configured } from "./awsClients";
import { functions } from "./functions";
import type { Call, ResourceType } from "./resourceType";
import { resourceTypes } from "./resourceTypes";
import type { PackageName, StandIn } from "./standIn";
import { checkAgainstTypings, type Failure } from "./typings";
import { hasUnknown, isSame, type Properties, unknown } from "./values";

/** The typings that inputs are checked against, in the version that the SDK asks for. */
export const awsPackage: PackageName = {
    name: "aws",
    version: (require("@pulumi/aws/package.json") as { version: string }).version,
};

export interface Difference {
    changed: string[];
    replaces: string[];
}

export class AwsProvider implements StandIn {
    private region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "";
    private configured: Configured = {};
    private readonly clients = new Map<string, AwsClients>();

    configure(settings: Properties): void {
        this.configured = configuredOf(settings);
        if (typeof settings.region === "string" && settings.region !== "" && settings.region !== unknown)
            this.region = settings.region;
    }

    check(type: string, news: Properties): { inputs: Properties; failures: Failure[] } {
        return {
            inputs: withJsonTexts(news, typeOf(type).documents ?? []),
            failures: inputFailures(type, news),
        };
    }

    diff(type: string, oldInputs: Properties, news: Properties): Difference {
        const { replacedBy } = typeOf(type);
        const keys = [...new Set([...Object.keys(oldInputs), ...Object.keys(news)])];
        const changed = keys.filter((key) => hasUnknown(news[key]) || !isSame(oldInputs[key], news[key]));
        return { changed, replaces: changed.filter((key) => replacedBy.includes(key)) };
    }

    /** What a preview can say: the inputs, and that AWS will decide the rest. */
    preview(type: string, inputs: Properties, olds: Properties = {}): Properties {
        const open = typeOf(type).computed.filter((key) => inputs[key] === undefined);
        return { ...Object.fromEntries(open.map((key) => [key, olds[key] ?? unknown])), ...inputs };
    }

    create(
        type: string,
        name: string,
        inputs: Properties,
        timeoutSeconds: number,
    ): Promise<{ id: string; outputs: Properties }> {
        return typeOf(type).create(this.call(name, inputs, timeoutSeconds), inputs);
    }

    async read(
        type: string,
        name: string,
        id: string,
        outputs: Properties | undefined,
        inputs: Properties | undefined,
    ) {
        const there = await typeOf(type).read(this.call(name, outputs ?? {}, 0), id, outputs);
        if (!there) return undefined;
        // An input that AWS reports otherwise has drifted; for an import every argument that AWS reports is an input.
        const keys = inputs ? Object.keys(inputs) : argumentNames(type, there);
        const now = Object.fromEntries(
            keys.map((key) => [key, isReported(there[key]) ? there[key] : inputs?.[key]]),
        );
        return { outputs: there, inputs: withoutUndefined(now) };
    }

    update(
        type: string,
        name: string,
        id: string,
        olds: Properties,
        news: Properties,
        timeoutSeconds: number,
    ) {
        return typeOf(type).update(this.call(name, news, timeoutSeconds), id, olds, news);
    }

    remove(
        type: string,
        name: string,
        id: string,
        outputs: Properties,
        timeoutSeconds: number,
    ): Promise<void> {
        return typeOf(type).remove(this.call(name, outputs, timeoutSeconds), id, outputs);
    }

    async invoke(
        token: string,
        inputs: Properties,
    ): Promise<{ answer: Properties } | { failures: Failure[] }> {
        const found = functions[token];
        if (!found) throw new Error(`the stand-in aws plugin has no function ${token}`);
        const failures = checkAgainstTypings(found.module, found.argumentsName, inputs);
        if (failures.length > 0) return { failures };
        const aws = this.clientsFor(inputs.region);
        return { answer: { ...(await found.run(aws, inputs)), region: aws.region } };
    }

    private call(name: string, inputs: Properties, timeoutSeconds: number): Call {
        return { aws: this.clientsFor(inputs.region), name, timeoutSeconds: timeoutSeconds || undefined };
    }

    private clientsFor(asked: unknown): AwsClients {
        const region = typeof asked === "string" && asked !== "" ? asked : this.region;
        if (!region) throw new Error("no Region: set aws:region or AWS_REGION");
        let clients = this.clients.get(region);
        if (!clients) {
            clients = new AwsClients(region, this.configured);
            this.clients.set(region, clients);
        }
        return clients;
    }
}

/** Lists come as JSON texts; what a preview does not know yet is not there. */
function configuredOf(settings: Properties): Configured {
    const text = (name: string) => {
        const value = settings[name];
        return typeof value === "string" && value !== "" && value !== unknown ? value : undefined;
    };
    const list = <T>(name: string): T[] => JSON.parse(text(name) ?? "[]") as T[];
    const [accessKeyId, secretAccessKey, sessionToken, profile] = [
        text("accessKey"),
        text("secretKey"),
        text("token"),
        text("profile"),
    ];
    return {
        ...(accessKeyId && secretAccessKey
            ? { keys: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } }
            : {}),
        ...(profile ? { profile } : {}),
        roles: list("assumeRoles"),
        endpoints: Object.assign({}, ...list<Record<string, string>>("endpoints")) as Record<string, string>,
    };
}

function typeOf(type: string): ResourceType {
    const found = resourceTypes[type];
    if (!found) throw new Error(`the stand-in aws plugin has no resource type ${type}`);
    return found;
}

/** A document with something unknown in it is unknown as a whole. */
function withJsonTexts(inputs: Properties, documents: string[]): Properties {
    const texts = documents
        .filter((key) => inputs[key] !== null && typeof inputs[key] === "object")
        .map((key) => [key, hasUnknown(inputs[key]) ? unknown : JSON.stringify(inputs[key])]);
    return { ...inputs, ...Object.fromEntries(texts) };
}

function inputFailures(type: string, inputs: Properties): Failure[] {
    const { module, argumentsName, applied } = typeOf(type);
    const failures = checkAgainstTypings(module, argumentsName, inputs);
    const isRefused = (key: string) => failures.some(({ property }) => property === key);
    const ignored = Object.keys(inputs).filter((key) => !applied.includes(key) && !isRefused(key));
    const reason = `is an argument of ${argumentsName} that the stand-in does not apply`;
    return [...failures, ...ignored.map((property) => ({ property, reason }))];
}

function isReported(value: unknown): boolean {
    return value !== undefined && value !== null;
}

function argumentNames(type: string, outputs: Properties): string[] {
    const refused = new Set(inputFailures(type, outputs).map(({ property }) => property.split(/[.[]/)[0]));
    return Object.keys(outputs).filter((key) => !refused.has(key) && outputs[key] !== "");
}

function withoutUndefined(properties: Properties): Properties {
    return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}
