// Inputs and the names of those that the program gave as secrets come in; texts without their values, and outputs that the engine keeps as secrets, go out. Decides what is told, never what is done.

import { accessIn } from "../adapters/kubernetes/kubeconfigText";
import { ALWAYS_SECRET } from "./alwaysSecret";
import { type MigrationInputs, secretInputsOf } from "./inputs";
import type { Bag } from "./propertyBag";

/** Stands where a secret value stood. */
export const WITHHELD = "[secret]";

/** Texts that are shorter say nothing, and stand everywhere. */
const SHORTEST = 3;
/** Shorter than this a value is taken out only where it stands as a word of its own. */
const WORD = 8;

/** Their values are words of ours, not somebody's. */
const OWN_WORDS: ReadonlySet<string> = new Set<keyof MigrationInputs>([
    "until",
    "desiredOwner",
    "onUnsupportedSettings",
    "handover",
    "dependencies",
]);

/** How the engine and its plugins mark a secret among properties. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A property that the engine encrypts in the state and shows as a secret. */
export function markedSecret(value: unknown): Bag {
    return { [SIGNATURE]: SECRET, value };
}

/** The value behind the mark, as the engine hands it back to a provider. */
export function unmarked(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const { [SIGNATURE]: signature, value: inside } = value as Bag;
    return signature === SECRET ? inside : value;
}

export class SecretValues {
    readonly #values: readonly string[];

    private constructor(values: Iterable<string>) {
        this.#values = [...new Set(values)]
            .filter((value) => value.length >= SHORTEST)
            // The longest first: what is part of another must not cut it.
            .sort((a, b) => b.length - a.length);
    }

    /** From inputs as Pulumi hands them over, or as the state holds them. */
    static in(...bags: readonly (Bag | Partial<MigrationInputs> | undefined)[]): SecretValues {
        const names = new Set(bags.flatMap((bag) => secretInputsOf((bag ?? {}) as Bag)));
        return new SecretValues(bags.flatMap((bag) => [...valuesOf((bag ?? {}) as Bag, names)]));
    }

    /** The text without them. */
    withheld(text: string): string {
        let told = text;
        for (const value of this.#values) {
            for (const form of new Set([value, JSON.stringify(value).slice(1, -1), encoded(value)]))
                told = without(told, form);
        }
        return told;
    }

    /** The same for every text in a structure. */
    withheldIn<T>(value: T): T {
        if (this.#values.length === 0) return value;
        if (typeof value === "string") return this.withheld(value) as T;
        if (Array.isArray(value)) return value.map((item) => this.withheldIn(item)) as T;
        if (typeof value !== "object" || value === null) return value;
        return Object.fromEntries(
            Object.entries(value).map(([key, inside]) => [this.withheld(key), this.withheldIn(inside)]),
        ) as T;
    }

    areIn(value: unknown): boolean {
        if (this.#values.length === 0 || value === undefined) return false;
        const text = JSON.stringify(value);
        return this.withheld(text) !== text;
    }
}

function* valuesOf(bag: Bag, names: ReadonlySet<string>): Generator<string> {
    for (const name of [...ALWAYS_SECRET, ...names]) {
        if (OWN_WORDS.has(name)) continue;
        const value = bag[name];
        if (name === "kubeconfig") yield* inKubeconfig(value, names.has(name));
        else if (name === "access") yield* inAccess(value);
        else yield* textsIn(value);
    }
}

function* textsIn(value: unknown): Generator<string> {
    if (typeof value === "string") yield* [value, ...linesOf(value), ...nameIn(value)];
    else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
    else if (typeof value === "object" && value !== null) yield* textsIn(Object.values(value));
}

/** An error may quote one line of many. */
function linesOf(text: string): string[] {
    return text.includes("\n") ? text.split("\n").map((line) => line.trim()) : [];
}

/** The last part of an ARN or of an address is told where people look for a name. */
function nameIn(text: string): string[] {
    const isAddress = /^(arn:|s3:\/\/)\S+$/.test(text);
    return isAddress ? [text.replace(/^s3:\/\//, ""), text.slice(text.search(/[^/:]+\/?$/))] : [];
}

/** Keys and what a role asks for; the ARNs and addresses beside them are told in errors. */
function* inAccess(access: unknown): Generator<string> {
    const { keys, assumeRoles } = (access ?? {}) as { keys?: unknown; assumeRoles?: unknown };
    yield* textsIn(keys);
    for (const role of Array.isArray(assumeRoles) ? assumeRoles : [])
        yield* textsIn((role as { externalId?: unknown } | null)?.externalId);
}

/** The names of clusters and servers in a kubeconfig are told in errors, what gives access never is. */
function* inKubeconfig(kubeconfig: unknown, isGivenAsSecret: boolean): Generator<string> {
    if (typeof kubeconfig !== "string") return;
    if (!/[\n{]/.test(kubeconfig)) {
        if (isGivenAsSecret) yield kubeconfig;
        return;
    }
    yield kubeconfig;
    yield* textsIn(accessIn(kubeconfig) ?? kubeconfig);
}

function encoded(value: string): string {
    return Buffer.from(value).toString("base64");
}

function without(text: string, value: string): string {
    if (!text.includes(value)) return text;
    if (value.length >= WORD) return text.replaceAll(value, WITHHELD);
    const word = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return text.replace(new RegExp(`(?<![A-Za-z0-9])${word}(?![A-Za-z0-9])`, "g"), WITHHELD);
}
