// fleet.json in, a checked fleet out: waves of clusters, each with the arguments of its move and a stack. Every mistake is told at once.
import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv";

export interface Gates {
    /** No controller may be away, and no kind of request be refused, for longer. Defaults to no limit. */
    readonly maxPausedSeconds?: number;
    /** Parts of warnings that may be; any other warning stops the fleet. Defaults to none. */
    readonly acceptedWarnings?: readonly string[];
}

export interface Cluster {
    /** Name of the cluster's stack. Defaults to the cluster's name. */
    readonly stack: string;
    /** Arguments of HelmToAddonMigration. */
    readonly args: Readonly<Record<string, unknown>>;
}

export interface Wave {
    readonly name: string;
    /** Stops every move of the wave after this step, and the fleet after the wave: a canary. Defaults to going through. */
    readonly until?: string;
    readonly clusters: readonly Cluster[];
}

/** As `--policy-pack` and `--policy-pack-config` of the Pulumi CLI; paths. */
export interface Guards {
    readonly policyPacks: string[];
    readonly policyPackConfigs: string[];
}

export interface Fleet {
    /** How many clusters of a wave move at the same time. Defaults to 4. */
    readonly atOnce: number;
    readonly gates: Gates;
    readonly guards: Guards;
    readonly waves: readonly Wave[];
}

interface FleetFile {
    readonly defaults?: Record<string, unknown>;
    readonly atOnce?: number;
    readonly gates?: Gates;
    readonly policyPacks?: readonly string[];
    readonly policyPackConfigs?: readonly string[];
    readonly waves: readonly {
        readonly name: string;
        readonly until?: string;
        readonly clusters: readonly ({ readonly stack?: string } & Record<string, unknown>)[];
    }[];
}

const name = { type: "string", minLength: 1 };
const isFleet = new Ajv({ allErrors: true }).compile<FleetFile>({
    type: "object",
    required: ["waves"],
    additionalProperties: false,
    properties: {
        defaults: { type: "object" },
        atOnce: { type: "integer", minimum: 1, maximum: 50 },
        gates: {
            type: "object",
            additionalProperties: false,
            properties: {
                maxPausedSeconds: { type: "number", minimum: 0 },
                acceptedWarnings: { type: "array", items: name },
            },
        },
        policyPacks: { type: "array", items: name },
        policyPackConfigs: { type: "array", items: name },
        waves: {
            type: "array",
            minItems: 1,
            items: {
                type: "object",
                required: ["name", "clusters"],
                additionalProperties: false,
                properties: {
                    name,
                    until: name,
                    clusters: {
                        type: "array",
                        minItems: 1,
                        items: {
                            type: "object",
                            required: ["clusterName"],
                            properties: {
                                clusterName: name,
                                stack: { type: "string", pattern: "^[A-Za-z0-9_.-]{1,100}$" },
                                // What a wave decides is no business of one cluster.
                                until: false,
                                desiredOwner: false,
                            },
                        },
                    },
                },
            },
        },
    },
});

export function readFleet(file: string): Fleet {
    const read: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!isFleet(read)) {
        const problems = (isFleet.errors ?? []).map(
            ({ instancePath, message }) => `  ${instancePath || "/"}: ${message}`,
        );
        throw new Error(`${file} is no fleet:\n${problems.join("\n")}`);
    }
    const waves = read.waves.map(({ clusters, ...wave }) => ({
        ...wave,
        clusters: clusters.map(({ stack, ...args }) => ({
            stack: stack ?? String(args.clusterName),
            args: { ...read.defaults, ...args },
        })),
    }));
    const twice = [
        ...repeated(waves.map((wave) => wave.name)).map((one) => `  two waves are called ${one}`),
        ...repeated(waves.flatMap(({ clusters }) => clusters.map(({ stack }) => stack))).map(
            (one) => `  two clusters have the stack ${one}: give one of them another \`stack\``,
        ),
    ];
    if (twice.length > 0) throw new Error(`${file} is no fleet:\n${twice.join("\n")}`);
    const fromHere = (paths: readonly string[] = []) =>
        paths.map((one) => path.resolve(path.dirname(file), one));
    return {
        atOnce: read.atOnce ?? 4,
        gates: read.gates ?? {},
        guards: {
            policyPacks: fromHere(read.policyPacks),
            policyPackConfigs: fromHere(read.policyPackConfigs),
        },
        waves,
    };
}

function repeated(names: readonly string[]): string[] {
    return [...new Set(names.filter((one, index) => names.indexOf(one) !== index))];
}
