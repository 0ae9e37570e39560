// The file backend: where the checkpoint of a stack lies, in the CLI's own layout and JSON, with its backup.
// Every write is atomic (a new file renamed over the old one), so a kill leaves one whole checkpoint.
import {
    copyFileSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Locks } from "./locks";
import type { Deployment } from "./state";

const ORGANIZATION = "organization";

export class Backend {
    readonly directory: string;

    constructor(
        url: string | undefined,
        private readonly project: string,
    ) {
        if (!url?.startsWith("file://")) {
            throw new Error(
                `the test engine knows file backends only; set PULUMI_BACKEND_URL=file:///some/folder (now: ${url})`,
            );
        }
        this.directory = path.join(fileURLToPath(url), ".pulumi");
    }

    locks(stack: string): Locks {
        return new Locks(path.join(this.directory, "locks", ORGANIZATION, this.project, stack));
    }

    exists(stack: string): boolean {
        return existsSync(this.file(stack));
    }

    stacks(): string[] {
        const folder = path.join(this.directory, "stacks", this.project);
        if (!existsSync(folder)) {
            return [];
        }
        return readdirSync(folder)
            .filter((name) => name.endsWith(".json"))
            .map((name) => name.slice(0, -".json".length));
    }

    read(stack: string, project = this.project): Deployment | undefined {
        const file = this.file(stack, project);
        if (!existsSync(file)) {
            return undefined;
        }
        const parsed = JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest?: Deployment } };
        return parsed.checkpoint.latest;
    }

    write(stack: string, deployment: Deployment | undefined): void {
        const file = this.file(stack);
        mkdirSync(path.dirname(file), { recursive: true });
        const checkpoint = {
            stack: `${ORGANIZATION}/${this.project}/${stack}`,
            ...(deployment ? { latest: deployment } : {}),
        };
        const text = `${JSON.stringify({ version: 3, checkpoint }, null, 4)}\n`;
        if (existsSync(file)) {
            copyFileSync(file, `${file}.bak`);
        } else {
            this.describe();
        }
        writeFileSync(`${file}.tmp`, text);
        renameSync(`${file}.tmp`, file);
    }

    remove(stack: string): void {
        for (const suffix of ["", ".bak"]) {
            rmSync(this.file(stack) + suffix, { force: true });
        }
    }

    /** The CLI asks this file for the layout's version. */
    private describe(): void {
        const meta = path.join(this.directory, "meta.yaml");
        if (!existsSync(meta)) {
            writeFileSync(meta, "version: 1\n");
        }
    }

    private file(stack: string, project = this.project): string {
        return path.join(this.directory, "stacks", project, `${stack}.json`);
    }
}
