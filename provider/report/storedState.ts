// A stack export in, the outputs of the moves in it out. Secrets are read only where the export shows them.
import { readOutputs } from "../pulumi/outputs";
import { type ReportSource, sourceOf } from "./reportSource";

/** How Pulumi marks a secret in a state file. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

const TYPE = "pulumi-nodejs:dynamic/hyperpod:HelmToAddonMigration";

interface StoredResource {
    readonly urn?: string;
    readonly type?: string;
    readonly delete?: boolean;
    readonly outputs?: Record<string, unknown>;
    readonly initErrors?: readonly string[];
}

export interface StoredMove {
    readonly urn: string;
    readonly source: ReportSource;
}

export function movesIn(stackExport: unknown, writtenAt: number): StoredMove[] {
    const found = stackExport as {
        deployment?: { resources?: StoredResource[] };
        checkpoint?: { latest?: { resources?: StoredResource[] } };
    };
    const resources = found?.deployment?.resources ?? found?.checkpoint?.latest?.resources;
    if (!Array.isArray(resources)) {
        throw new Error(
            "this is not a stack export: it has no deployment.resources; make one with `pulumi stack export --show-secrets --file state.json`",
        );
    }
    return resources.filter(isMove).map((resource) => ({
        urn: resource.urn ?? "",
        source: storedSource(resource, writtenAt),
    }));
}

function isMove({ type, outputs, delete: pending }: StoredResource): boolean {
    return type === TYPE && outputs !== undefined && pending !== true;
}

function storedSource({ outputs = {}, initErrors = [] }: StoredResource, writtenAt: number): ReportSource {
    const shown = Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, revealed(value)]));
    const plain = readOutputs(shown);
    const problem = initErrors.length === 0 ? undefined : initErrors.join("\n");
    if (outputs.journal !== undefined && plain.journal === undefined) {
        const { journal: _, ...rest } = plain;
        return {
            ...sourceOf(rest, { problem, writtenAt }),
            withoutJournal:
                "The journal in this state is encrypted; `pulumi stack export --show-secrets` shows it, and the report then has the timeline, roles, tags and objects",
        };
    }
    return sourceOf(plain, { problem, writtenAt });
}

/** Undefined for a secret that the export keeps encrypted. */
function revealed(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const { [SIGNATURE]: signature, plaintext } = value as Record<string, unknown>;
    if (signature !== SECRET) return value;
    return typeof plaintext === "string" ? JSON.parse(plaintext) : undefined;
}
