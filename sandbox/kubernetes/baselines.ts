// In: a name. Out: the folders of that baseline, of this sandbox or shared by all. Saves and restores nothing itself.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fingerprint } from "./fingerprint";

export interface BaselineFolders {
    /** What the API server keeps in etcd. */
    registry: string;
    /** Pods and Secrets, for the pods' servers to start with, and the APIs that they answer. */
    serving: string;
    /** The AWS emulator keeps its file in there. */
    aws: string;
}

export class Baselines {
    private fingerprintOnce: string | undefined;

    constructor(
        /** Of this sandbox alone. */
        private readonly own: string,
        /** `.cache/baselines`, for all sandboxes of the project. */
        private readonly shared: string,
        private readonly sources: string[],
    ) {}

    /** The sandbox's own one first. */
    find(name: string): BaselineFolders | undefined {
        const folder = [this.ownFolder(name), this.sharedFolder(name)].find((path) => existsSync(path));
        return folder === undefined ? undefined : folders(folder);
    }

    /** A half-written baseline never gets its name; a shared one stays as it was first saved, others may be reading it. */
    async write(
        name: string,
        isShared: boolean,
        save: (target: BaselineFolders) => Promise<void>,
    ): Promise<void> {
        const final = isShared ? this.sharedFolder(name) : this.ownFolder(name);
        if (isShared && existsSync(final)) return;
        mkdirSync(dirname(final), { recursive: true });
        const partial = mkdtempSync(`${final}.partial-`);
        try {
            await save(folders(partial));
            // Somebody else's may be read already.
            if (isShared && existsSync(final)) return;
            rmSync(final, { recursive: true, force: true });
            renameSync(partial, final);
            if (isShared) this.sweep(name, final);
        } finally {
            rmSync(partial, { recursive: true, force: true });
        }
    }

    /** Of an earlier state of the sandbox; one that a running test may still use is left. */
    private sweep(name: string, current: string): void {
        for (const entry of readdirSync(this.shared)) {
            const path = join(this.shared, entry);
            const isOld = Date.now() - statSync(path).mtimeMs > 3600_000;
            const isSameName = entry.slice(0, entry.lastIndexOf("-")) === name;
            if (isSameName && isOld && path !== current) rmSync(path, { recursive: true, force: true });
        }
    }

    private ownFolder(name: string): string {
        return join(this.own, name);
    }

    /** Anything that changes in the sandbox makes the shared baselines of before invisible. */
    private sharedFolder(name: string): string {
        this.fingerprintOnce ??= fingerprint(this.sources);
        return join(this.shared, `${name}-${this.fingerprintOnce}`);
    }
}

function folders(path: string): BaselineFolders {
    return { registry: join(path, "registry.json"), serving: join(path, "serving.json"), aws: path };
}
