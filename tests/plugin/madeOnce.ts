// What something is made of and how it is made come in, the folder that holds it goes out: made once for the same content, by whichever process comes first. Looks at no clock but to remove what nobody used for a day.
import { createHash } from "node:crypto";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    statSync,
    utimesSync,
} from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "../..");
const DAY_MS = 24 * 3_600_000;

/** Of files and folders of the repository, by name and content. */
export function contentOf(names: readonly string[]): string {
    const hash = createHash("sha256");
    const add = (name: string): void => {
        const file = path.join(root, name);
        if (statSync(file).isDirectory())
            for (const inside of readdirSync(file).sort()) add(path.join(name, inside));
        else hash.update(`${name}\0`).update(readFileSync(file)).update("\0");
    };
    for (const name of names) add(name);
    return hash.digest("hex");
}

/** Complete or not at all; `make` fills the folder that it is given, and nothing in it may name that folder. */
export async function madeOnce(
    kind: string,
    content: readonly string[],
    make: (folder: string) => void | Promise<void>,
): Promise<string> {
    const shelf = path.join(root, ".cache", kind);
    const key = createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 16);
    const made = path.join(shelf, key);
    if (!existsSync(made)) {
        mkdirSync(shelf, { recursive: true });
        const making = mkdtempSync(path.join(shelf, "making-"));
        try {
            await make(making);
            renameSync(making, made);
        } catch (error) {
            rmSync(making, { recursive: true, force: true });
            if (!existsSync(made)) throw error;
        }
    }
    utimesSync(made, new Date(), new Date());
    for (const name of readdirSync(shelf)) {
        const { mtimeMs } = statSync(path.join(shelf, name));
        if (Date.now() - mtimeMs > DAY_MS) rmSync(path.join(shelf, name), { recursive: true, force: true });
    }
    return made;
}
