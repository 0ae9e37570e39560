// Arguments of a program come in; the same with what gives access as a secret, and the names of what the program gave as secrets, go out. The engine hands a dynamic provider plain values only: the names tell it which of them are secrets.
import * as pulumi from "@pulumi/pulumi";
import { ALWAYS_SECRET } from "./alwaysSecret";

export function withSecretAccess<T extends object>(args: T): T {
    const secrets = ALWAYS_SECRET.flatMap((name) => {
        const value = (args as Record<string, unknown> | undefined)?.[name];
        return value === undefined ? [] : [[name, secretIfItGivesAccess(value)]];
    });
    return { ...args, ...Object.fromEntries(secrets) };
}

/** What was left out, and roles and addresses without keys, are no secret. */
function secretIfItGivesAccess(value: unknown): pulumi.Output<unknown> {
    return (pulumi.output(value) as pulumi.Output<unknown>).apply((given) => {
        const isHarmless =
            given === undefined || given === null || (typeof given === "object" && !("keys" in given));
        return isHarmless ? given : pulumi.secret(given);
    });
}

/** Absent when there are none. */
export function namesOfSecrets(args: object): pulumi.Output<string[] | undefined> {
    const asked = Object.entries(args ?? {}).map(async ([name, value]) =>
        // A secret anywhere in it makes all of it one.
        value !== undefined && (await pulumi.isSecret(pulumi.output(value))) ? [name] : [],
    );
    return pulumi.output(
        Promise.all(asked).then((found) => {
            const names = found.flat().sort();
            return names.length === 0 ? undefined : names;
        }),
    );
}
