#!/usr/bin/env node
// The command `hyperpod-move-report <stack-export.json> <out.html> [resource]`. Arguments in, a page or one line of error out.
import { writeMoveReport } from "./writeMoveReport";

const USAGE = `usage: hyperpod-move-report <stack-export.json> <out.html> [resource]

Writes the HTML report of a move from a stored state, without touching the cluster.
Make the state with: pulumi stack export --show-secrets --file stack-export.json
(it holds secrets: delete it afterwards). [resource] names the move when the stack has several.`;

async function main([state, file, resource, ...rest]: readonly string[]): Promise<number> {
    if (state === "--help" || state === "-h") {
        console.log(USAGE);
        return 0;
    }
    if (state === undefined || file === undefined || rest.length > 0) {
        console.error(USAGE);
        return 2;
    }
    try {
        await writeMoveReport(state, file, resource === undefined ? {} : { resource });
        console.log(`wrote ${file}`);
        return 0;
    } catch (error) {
        console.error((error as Error).message);
        return 1;
    }
}

void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
});
