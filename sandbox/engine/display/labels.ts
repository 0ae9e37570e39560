// The words and signs for each operation, as the CLI uses them. Data and small lookups only.
import type { Operation } from "../events";

interface Label {
    sign: string;
    planned: string;
    running: string;
    done: string;
    failed: string;
    /** In the summary: `2 to create`, `2 created`. */
    summary?: [planned: string, done: string];
}

export const LABELS: Record<Operation, Label> = {
    same: { sign: "", planned: "", running: "", done: "", failed: "failed" },
    create: {
        sign: "+",
        planned: "create",
        running: "creating",
        done: "created",
        failed: "creating failed",
        summary: ["to create", "created"],
    },
    update: {
        sign: "~",
        planned: "update",
        running: "updating",
        done: "updated",
        failed: "updating failed",
        summary: ["to update", "updated"],
    },
    delete: {
        sign: "-",
        planned: "delete",
        running: "deleting",
        done: "deleted",
        failed: "deleting failed",
        summary: ["to delete", "deleted"],
    },
    replace: {
        sign: "+-",
        planned: "replace",
        running: "replacing",
        done: "replaced",
        failed: "replacing failed",
        summary: ["to replace", "replaced"],
    },
    "create-replacement": {
        sign: "++",
        planned: "create replacement",
        running: "creating replacement",
        done: "created replacement",
        failed: "creating failed",
    },
    "delete-replaced": {
        sign: "--",
        planned: "delete original",
        running: "deleting original",
        done: "deleted original",
        failed: "deleting failed",
    },
    read: {
        sign: ">",
        planned: "read",
        running: "reading",
        done: "read",
        failed: "reading failed",
        summary: ["to read", "read"],
    },
    refresh: {
        sign: "~",
        planned: "refreshing",
        running: "refreshing",
        done: "refresh",
        failed: "refreshing failed",
    },
    import: {
        sign: "=",
        planned: "import",
        running: "importing",
        done: "imported",
        failed: "importing failed",
        summary: ["to import", "imported"],
    },
    "import-replacement": {
        sign: "=>",
        planned: "import replacement",
        running: "importing replacement",
        done: "imported replacement",
        failed: "importing failed",
    },
    "discard-replaced": {
        sign: "<",
        planned: "discard original",
        running: "discarding original",
        done: "discarded original",
        failed: "discarding failed",
    },
};

/** `aws:s3/bucket:Bucket` reads `aws:s3:Bucket`; other types stay as they are. */
export function shortType(type: string): string {
    const [packageName, module, name] = type.split(":");
    const [folder, file] = (module ?? "").split("/");
    const isRepeated = file !== undefined && name !== undefined && file.toLowerCase() === name.toLowerCase();
    return isRepeated ? `${packageName}:${folder}:${name}` : type;
}
