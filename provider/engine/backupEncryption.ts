// Content with Secrets of several namespaces comes in; the same with those of other namespaces than the journal's own encrypted, each with its namespace's key, goes out, and back. Knows no cluster and no state.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

interface SecretObject {
    readonly apiVersion: string;
    readonly kind: "Secret";
    readonly metadata: { readonly name: string; readonly namespace: string };
    /** In place of everything else: annotations and managed fields can tell of the content too. */
    readonly sealed?: string;
}

/** The key for a namespace, as base64. */
export type KeyOf = (namespace: string) => Promise<string>;

export function newSealKey(): string {
    return randomBytes(KEY_BYTES).toString("base64");
}

/** Everything but the Secrets outside `home` stays as it is. */
export function sealSecrets(content: unknown, home: string, keyOf: KeyOf): Promise<unknown> {
    return mapSecrets(content, async (secret) => {
        const { apiVersion, kind, metadata } = secret;
        const { name, namespace } = metadata;
        if (namespace === home || secret.sealed !== undefined) return secret;
        const sealed = encrypt(await keyOf(namespace), JSON.stringify(secret), placeOf(secret));
        return { apiVersion, kind, metadata: { name, namespace }, sealed };
    });
}

export function openSecrets(content: unknown, keyOf: KeyOf): Promise<unknown> {
    return mapSecrets(content, async (secret) =>
        secret.sealed === undefined
            ? secret
            : JSON.parse(decrypt(await keyOf(secret.metadata.namespace), secret.sealed, placeOf(secret))),
    );
}

/** A namespace's key as it lies in a journal: only a key of the stack opens it. */
export function wrapKey(key: string, stackKey: string, namespace: string): string {
    return encrypt(wrapping(stackKey), key, `key ${namespace}`);
}

/** Undefined when it was wrapped with another key. */
export function unwrapKey(
    wrapped: string,
    stackKeys: readonly string[],
    namespace: string,
): string | undefined {
    for (const stackKey of stackKeys) {
        try {
            return decrypt(wrapping(stackKey), wrapped, `key ${namespace}`);
        } catch {
            // The cipher's own proof says that it is another key's.
        }
    }
    return undefined;
}

function wrapping(stackKey: string): string {
    const key = hkdfSync("sha256", Buffer.from(stackKey, "base64"), "", "journal seal", KEY_BYTES);
    return Buffer.from(key).toString("base64");
}

function placeOf({ metadata: { namespace, name } }: SecretObject): string {
    return `Secret ${namespace}/${name}`;
}

/** The content proves itself, and where it belongs. */
function encrypt(key: string, text: string, where: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", Buffer.from(key, "base64"), iv);
    cipher.setAAD(Buffer.from(where));
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
}

function decrypt(key: string, sealed: string, where: string): string {
    const bytes = Buffer.from(sealed, "base64");
    const decipher = createDecipheriv(
        "aes-256-gcm",
        Buffer.from(key, "base64"),
        bytes.subarray(0, IV_BYTES),
        { authTagLength: TAG_BYTES },
    );
    decipher.setAAD(Buffer.from(where));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return text.toString("utf8");
}

/** Only Secrets wait for a key: a promise for every value of a backup would cost more than all its ciphers. */
async function mapSecrets(
    value: unknown,
    change: (secret: SecretObject) => Promise<unknown>,
): Promise<unknown> {
    const changed = new Map<object, unknown>();
    await Promise.all(
        secretsIn(value).map(async (secret) => {
            changed.set(secret, await change(secret));
        }),
    );
    return changed.size === 0 ? value : replaced(value, changed);
}

function secretsIn(value: unknown): SecretObject[] {
    if (typeof value !== "object" || value === null) return [];
    if (Array.isArray(value)) return value.flatMap(secretsIn);
    return isSecret(value) ? [value] : Object.values(value).flatMap(secretsIn);
}

function replaced(value: unknown, by: ReadonlyMap<object, unknown>): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (by.has(value)) return by.get(value);
    if (Array.isArray(value)) return value.map((item) => replaced(item, by));
    return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, replaced(inside, by)]));
}

/** An object, not a mere reference to one. */
function isSecret(value: object): value is SecretObject {
    const { kind, apiVersion, metadata } = value as Partial<SecretObject>;
    return kind === "Secret" && apiVersion === "v1" && typeof metadata?.namespace === "string";
}
