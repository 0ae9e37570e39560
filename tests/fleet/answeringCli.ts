// A program that answers as the Pulumi CLI does, as far as the Automation API asks, and says a megabyte in every run. What it does in an update comes in.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export const MEGABYTE = 1 << 20;

const SUMMARY =
    '{"sequence":1,"timestamp":1,"summaryEvent":{"maybeCorrupt":false,"durationSeconds":1,"resourceChanges":{"create":1},"policyPacks":{}}}';
const HISTORY =
    '[{"kind":"update","startTime":"2026-01-01T00:00:00.000Z","endTime":"2026-01-01T00:00:00.000Z","result":"succeeded","version":1,"environment":{},"config":{},"message":""}]';

export class AnsweringCli {
    readonly folder = mkdtempSync(path.join(tmpdir(), "fleet-cli-"));
    private readonly path = process.env.PATH;

    /** First on PATH until `remove`. `inUpdate` is shell text. */
    constructor(inUpdate = ":") {
        const program = path.join(this.folder, "pulumi");
        writeFileSync(
            program,
            `#!/bin/sh
log=
for argument in "$@"; do
    [ "$last" = --event-log ] && log=$argument
    last=$argument
done
case "$1 $2" in
    "version "*) echo v3.150.0 ;;
    "stack output") echo '{"phase":"Moved","warnings":[],"drift":[],"pausedSeconds":{}}' ;;
    "stack history") echo '${HISTORY}' ;;
    "stack export") echo '{"version":3,"deployment":{"resources":[]}}' ;;
    "preview "*|"up "*|"refresh "*)
        [ -n "$log" ] && echo '${SUMMARY}' > "$log"
        head -c ${MEGABYTE} /dev/zero | tr '\\0' x
        if [ "$1" = up ]; then
            ${inUpdate}
        fi ;;
esac
`,
        );
        chmodSync(program, 0o755);
        writeFileSync(path.join(this.folder, "Pulumi.yaml"), "name: fleet\nruntime: nodejs\n");
        process.env.PATH = `${this.folder}:${this.path}`;
    }

    remove(): void {
        process.env.PATH = this.path;
        rmSync(this.folder, { recursive: true, force: true });
    }
}
