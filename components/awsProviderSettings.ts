// The user's aws provider, or the stack's aws configuration, comes in; the settings that decide whose account it reaches go out. Creates nothing.
import * as pulumi from "@pulumi/pulumi";
import type { AssumedRole, AwsKeys } from "../common/awsAccess";
import { argumentOf } from "./knownValue";

export interface ProviderSettings {
    profile: pulumi.Output<string | undefined>;
    keys: pulumi.Output<AwsKeys | undefined>;
    /** Assumed one after the other. */
    assumeRoles: pulumi.Output<AssumedRole[]>;
    /** URL per service, like eks. */
    endpoints: pulumi.Output<Record<string, string>>;
}

/** Arguments of an aws provider that decide whose account it reaches; those that are true give access to whoever holds them. */
export const ACCESS_ARGUMENTS = {
    profile: false,
    accessKey: true,
    secretKey: true,
    token: true,
    assumeRoles: false,
    endpoints: false,
} as const;

/** Every provider keeps its arguments as outputs; the typings show only the texts among them, and lists are JSON. */
type Arguments = Partial<Record<keyof typeof ACCESS_ARGUMENTS, TextOutput>>;
type TextOutput = pulumi.Output<string | undefined> | undefined;

export function providerSettings(explicit: pulumi.ProviderResource | undefined): ProviderSettings {
    const given = explicit ? (explicit as unknown as Arguments) : configured();
    const argument = (key: keyof Arguments) => argumentOf(given[key]);
    const keys = pulumi.all([argument("accessKey"), argument("secretKey"), argument("token")]);
    return {
        profile: argument("profile").apply((profile) => profile || undefined),
        keys: keys.apply(([accessKeyId, secretAccessKey, sessionToken]) =>
            accessKeyId && secretAccessKey
                ? { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
                : undefined,
        ),
        assumeRoles: argument("assumeRoles").apply((json) =>
            listOf<AssumedRole>(json)
                .filter(({ roleArn }) => roleArn)
                .map(onlyKnown),
        ),
        endpoints: argument("endpoints").apply((json) =>
            Object.fromEntries(
                listOf<Record<string, string>>(json)
                    .flatMap(Object.entries<string>)
                    .filter(([, url]) => url),
            ),
        ),
    };
}

function configured(): Arguments {
    const config = new pulumi.Config("aws");
    const text = (key: string) => pulumi.output(config.get(key));
    // An absent key must not turn into a secret of nothing.
    const secret = (key: string) => (config.get(key) === undefined ? undefined : config.getSecret(key));
    return {
        profile: text("profile"),
        accessKey: secret("accessKey"),
        secretKey: secret("secretKey"),
        token: secret("token"),
        assumeRoles: text("assumeRoles"),
        endpoints: text("endpoints"),
    };
}

function listOf<T>(json: string | undefined): T[] {
    const list = json ? (JSON.parse(json) as (T | null)[]) : [];
    return list.filter((item): item is T & NonNullable<unknown> => item !== null && item !== undefined);
}

/** The parts of a role that whoever trusts it may ask for. */
function onlyKnown({ roleArn, externalId, sessionName, sourceIdentity }: AssumedRole): AssumedRole {
    return {
        roleArn,
        ...(externalId ? { externalId } : {}),
        ...(sessionName ? { sessionName } : {}),
        ...(sourceIdentity ? { sourceIdentity } : {}),
    };
}
