// Lock files of the file backend, in the CLI's own place and format: one JSON file per running operation.
// A foreign lock makes an operation fail; `cancel` removes all of them.
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

interface LockContent {
    pid: number;
    username: string;
    hostname: string;
    timestamp: string;
}

export class Locks {
    private readonly own = `${randomUUID()}.json`;

    constructor(private readonly directory: string) {}

    acquire(): void {
        this.refuseForeign();
        mkdirSync(this.directory, { recursive: true });
        const content: LockContent = {
            pid: process.pid,
            username: os.userInfo().username,
            hostname: os.hostname(),
            timestamp: new Date().toISOString(),
        };
        writeFileSync(path.join(this.directory, this.own), JSON.stringify(content));
        try {
            this.refuseForeign(); // two that started together see each other here
        } catch (error) {
            this.release();
            throw error;
        }
    }

    release(): void {
        rmSync(path.join(this.directory, this.own), { force: true });
    }

    removeAll(): void {
        for (const file of this.files()) {
            rmSync(file, { force: true });
        }
    }

    private refuseForeign(): void {
        const foreign = this.files().filter((file) => path.basename(file) !== this.own);
        if (foreign.length === 0) {
            return;
        }
        const lines = foreign.map((file) => {
            const lock = JSON.parse(readFileSync(file, "utf8")) as LockContent;
            return `  file://${file}?no_tmp_dir=true: created by ${lock.username}@${lock.hostname} (pid ${lock.pid}) at ${lock.timestamp}`;
        });
        throw new Error(
            `the stack is currently locked by ${foreign.length} lock(s). Either wait for the other process(es) to end or ` +
                `delete the lock file with \`pulumi cancel\`.\n${lines.join("\n")}`,
        );
    }

    private files(): string[] {
        if (!existsSync(this.directory)) {
            return [];
        }
        return readdirSync(this.directory)
            .filter((name) => name.endsWith(".json"))
            .map((name) => path.join(this.directory, name));
    }
}
