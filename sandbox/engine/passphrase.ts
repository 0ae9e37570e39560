// Encrypts and decrypts secret values with a passphrase, in the CLI's own v1 format (PBKDF2-SHA256, AES-256-GCM):
// `v1:<nonce>:<sealed>`, and a salt text that also proves the passphrase. Reads no file and no environment.
import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

const ITERATIONS = 1_000_000;
const PROOF = "pulumi";
const TAG_BYTES = 16;

export class Passphrase {
    private derived: Buffer | undefined;

    private constructor(
        private readonly phrase: string,
        readonly salt: string,
    ) {}

    /** For a new stack. */
    static create(phrase: string): Passphrase {
        const bytes = randomBytes(8);
        const key = derive(phrase, bytes);
        const made = new Passphrase(phrase, `v1:${bytes.toString("base64")}:${seal(key, PROOF)}`);
        made.derived = key;
        return made;
    }

    /** For a stack whose salt (`encryptionsalt`) is known. The passphrase is tried when the first secret is met. */
    static open(phrase: string, salt: string): Passphrase {
        if (salt.split(":").length !== 5 || !salt.startsWith("v1:")) {
            throw new Error(`the encryption salt of the stack is malformed: ${salt}`);
        }
        return new Passphrase(phrase, salt);
    }

    encrypt(text: string): string {
        return seal(this.key(), text);
    }

    decrypt(text: string): string {
        return unseal(this.key(), text);
    }

    private key(): Buffer {
        if (!this.derived) {
            const [, salt, ...proof] = this.salt.split(":");
            const key = derive(this.phrase, Buffer.from(salt ?? "", "base64"));
            if (unseal(key, proof.join(":")) !== PROOF) {
                throw new Error("incorrect passphrase");
            }
            this.derived = key;
        }
        return this.derived;
    }
}

function derive(phrase: string, salt: Buffer): Buffer {
    return pbkdf2Sync(phrase, salt, ITERATIONS, 32, "sha256");
}

function seal(key: Buffer, text: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}

function unseal(key: Buffer, text: string): string {
    const [version, nonce, sealed] = text.split(":");
    if (version !== "v1" || !nonce || !sealed) {
        throw new Error("a secret is not in the v1 format");
    }
    const bytes = Buffer.from(sealed, "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    try {
        return (
            decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES)).toString("utf8") +
            decipher.final("utf8")
        );
    } catch {
        throw new Error(
            "incorrect passphrase, please set PULUMI_CONFIG_PASSPHRASE to the correct passphrase",
        );
    }
}
