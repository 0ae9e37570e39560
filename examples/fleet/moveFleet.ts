// The command: `npm run fleet -- preview | move | undo <wave>`. fleet.json in, moved clusters and fleet-report.{json,html} out. Exit code 0 when all went well.
import path from "node:path";
import { readFleet } from "./fleetFile";
import { writeReports } from "./report";
import { PulumiStacks } from "./stacks";
import { type FleetReport, moveFleet, previewFleet, type Run, undoWave } from "./waves";

const USAGE = `usage: npm run fleet -- preview         what each move would do; changes nothing
       npm run fleet -- move            previews the whole fleet, then moves it wave after wave; goes on where it stopped
       npm run fleet -- undo <wave>     puts the Helm releases of a wave back

FLEET=<file> reads another file than fleet.json; REPORTS=<folder> writes the reports there.`;

async function main([command, wave, ...rest]: readonly string[]): Promise<number> {
    const work: Record<string, (run: Run) => Promise<FleetReport>> = {
        preview: previewFleet,
        move: moveFleet,
        undo: (run) => undoWave(run, wave ?? ""),
    };
    const chosen = command === undefined ? undefined : work[command];
    if (chosen === undefined || rest.length > 0 || (command === "undo") !== (wave !== undefined)) {
        console.error(USAGE);
        return 2;
    }
    const fleet = readFleet(process.env.FLEET ?? path.join(__dirname, "fleet.json"));
    const stacks = new PulumiStacks(__dirname, fleet.guards);
    let stopping = false;
    const stop = (signal: NodeJS.Signals) => {
        if (stopping) return;
        stopping = true;
        console.error("stopping: what moves stops at its next safe point, nothing new begins");
        // A terminal gives ^C to every process; a second one would end Pulumi at once, with its state not stored.
        if (signal === "SIGTERM" || !process.stdin.isTTY) stacks.interrupt();
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
    const report = await chosen({ fleet, stacks, say: console.log, stopping: () => stopping });
    for (const file of writeReports(process.env.REPORTS ?? process.cwd(), report))
        console.log(`wrote ${file}`);
    return report.result === "stopped" ? 1 : 0;
}

main(process.argv.slice(2)).then(
    (code) => {
        process.exitCode = code;
    },
    (error: Error) => {
        console.error(error.message);
        process.exitCode = 1;
    },
);
