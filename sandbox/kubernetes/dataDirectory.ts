// In: an etcd data directory. Out: a sparse copy of it. Never touches the original.
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";

/** Most of etcd's 124 MB are preallocated zeros; `cp` leaves them out. */
export async function copyDataDirectory(from: string, to: string): Promise<void> {
    mkdirSync(dirname(to), { recursive: true });
    await promisify(execFile)("cp", ["-r", "--sparse=always", "--reflink=auto", from, to], {
        timeout: 30_000,
    });
}
