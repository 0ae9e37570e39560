// Configuration of a stack: reads and writes Pulumi.<stack>.yaml (values, secure values, encryption salt) and gives
// program and providers the flat `namespace:key` -> text form they expect. Nothing is sent from here.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { dump, load } from "js-yaml";
import { Passphrase } from "./passphrase";
import type { Project } from "./project";

interface StackFile {
    encryptionsalt?: string;
    config?: Record<string, unknown>;
}

export interface ConfigValues {
    values: Record<string, string>;
    secretKeys: string[];
}

export class StackConfig {
    private readonly file: string;
    private readonly content: StackFile;
    private opened: Passphrase | undefined;

    constructor(
        private readonly project: Project,
        stack: string,
        private readonly environment: NodeJS.ProcessEnv,
    ) {
        this.file = path.join(project.stackConfigDirectory, `Pulumi.${stack}.yaml`);
        this.content = existsSync(this.file)
            ? ((load(readFileSync(this.file, "utf8")) as StackFile | null) ?? {})
            : {};
    }

    /** The stack's passphrase; a stack without a salt gets one, stored in its file. */
    passphrase(): Passphrase {
        if (!this.opened) {
            const phrase = readPhrase(this.environment);
            if (this.content.encryptionsalt) {
                this.opened = Passphrase.open(phrase, this.content.encryptionsalt);
            } else {
                this.opened = Passphrase.create(phrase);
                this.content.encryptionsalt = this.opened.salt;
                this.save();
            }
        }
        return this.opened;
    }

    set(key: string, value: string, options: { secret?: boolean; path?: boolean }): void {
        const stored = options.secret ? { secure: this.passphrase().encrypt(value) } : value;
        const config = this.content.config ?? {};
        this.content.config = config;
        if (options.path) {
            setPath(config, this.qualify(key), stored);
        } else {
            config[this.qualify(key)] = stored;
        }
        this.save();
    }

    read(): ConfigValues {
        const values: Record<string, string> = {};
        const secretKeys: string[] = [];
        for (const [key, raw] of Object.entries({ ...this.projectDefaults(), ...this.content.config })) {
            const found = { secret: false };
            const opened = this.open(raw, found);
            values[key] = typeof opened === "string" ? opened : JSON.stringify(opened);
            if (found.secret) {
                secretKeys.push(key);
            }
        }
        return { values, secretKeys };
    }

    private projectDefaults(): Record<string, unknown> {
        const defaults: Record<string, unknown> = {};
        for (const [key, raw] of Object.entries(this.project.defaultConfig)) {
            const declared = raw as { value?: unknown; default?: unknown } | null;
            const value =
                typeof declared === "object" && declared ? (declared.value ?? declared.default) : raw;
            if (value !== undefined) {
                defaults[this.qualify(key)] = value;
            }
        }
        return defaults;
    }

    private open(raw: unknown, found: { secret: boolean }): unknown {
        if (Array.isArray(raw)) {
            return raw.map((item) => this.open(item, found));
        }
        if (typeof raw !== "object" || raw === null) {
            return typeof raw === "string" || raw === null
                ? raw
                : (JSON.parse(JSON.stringify(raw)) as unknown);
        }
        const entries = Object.entries(raw);
        const [first] = entries;
        if (entries.length === 1 && first?.[0] === "secure") {
            found.secret = true;
            return this.passphrase().decrypt(String(first[1]));
        }
        return Object.fromEntries(entries.map(([key, value]) => [key, this.open(value, found)]));
    }

    private qualify(key: string): string {
        return key.includes(":") ? key : `${this.project.name}:${key}`;
    }

    private save(): void {
        writeFileSync(this.file, dump(this.content));
    }
}

export function readPhrase(environment: NodeJS.ProcessEnv): string {
    if (environment.PULUMI_CONFIG_PASSPHRASE !== undefined) {
        return environment.PULUMI_CONFIG_PASSPHRASE;
    }
    if (environment.PULUMI_CONFIG_PASSPHRASE_FILE) {
        return readFileSync(environment.PULUMI_CONFIG_PASSPHRASE_FILE, "utf8").trim();
    }
    throw new Error(
        "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
    );
}

/** `ns:list[0].name` sets one leaf and makes the objects and lists on the way. */
function setPath(config: Record<string, unknown>, key: string, value: unknown): void {
    const steps = [...key.matchAll(/\[(\d+)\]|\["([^"]+)"\]|([^.[\]]+)/g)].map((match) =>
        match[1] === undefined ? (match[2] ?? match[3] ?? "") : Number(match[1]),
    );
    let node = config as Record<string | number, unknown>;
    steps.forEach((step, index) => {
        const next = steps[index + 1];
        if (next === undefined) {
            node[step] = value;
            return;
        }
        if (typeof node[step] !== "object" || node[step] === null) {
            node[step] = typeof next === "number" ? [] : {};
        }
        node = node[step] as Record<string | number, unknown>;
    });
}
