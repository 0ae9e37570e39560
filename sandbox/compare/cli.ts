/** For people: `save FILE` writes the state of the cluster and AWS of KUBECONFIG and AWS_ENDPOINT_URL, `diff FILE` compares it with now. */
import { readFileSync, writeFileSync } from "node:fs";
import {
    captureState,
    compareIdentities,
    compareStates,
    countObjects,
    describeDifferences,
    type State,
} from "./index";

const USAGE = "usage: npx ts-node sandbox/compare/cli.ts save FILE | diff FILE";

async function main([command, file]: string[]): Promise<number> {
    if (file === undefined || (command !== "save" && command !== "diff")) throw new Error(USAGE);
    const before = command === "diff" ? (JSON.parse(readFileSync(file, "utf8")) as State) : undefined;
    const now = await captureState({
        kubeconfig: required("KUBECONFIG"),
        aws: { endpoint: required("AWS_ENDPOINT_URL") },
        region: process.env.AWS_REGION ?? "us-west-2",
    });
    const { kubernetes, aws } = countObjects(now);
    if (before === undefined) {
        writeFileSync(file, JSON.stringify(now, null, 1));
        console.log(`saved ${kubernetes} Kubernetes objects and ${aws} AWS resources to ${file}`);
        return 0;
    }
    const differences = [...compareStates(before, now), ...compareIdentities(before, now)];
    console.log(
        `compared ${kubernetes} Kubernetes objects and ${aws} AWS resources: ${describeDifferences(differences)}`,
    );
    return differences.length === 0 ? 0 : 1;
}

function required(name: string): string {
    const value = process.env[name];
    if (!value) throw new Error(`${name} is not set; run \`make sandbox\` and export what it prints`);
    return value;
}

main(process.argv.slice(2)).then(
    (code) => {
        process.exitCode = code;
    },
    (error: Error) => {
        console.error(error.message);
        process.exitCode = 2;
    },
);
