// Writes every call between program, engine and providers to the file named by PULUMI_DEBUG_GRPC, one JSON line when it
// begins and one when it ends, in the CLI's own form. Without that variable nothing is written.
import { appendFileSync } from "node:fs";

export interface CallRecord {
    method: string;
    metadata: Record<string, unknown>;
    request: unknown;
}

export class CallLog {
    constructor(private readonly file: string | undefined) {}

    /** `call` gives the response; a failure is logged with its gRPC code and thrown on. */
    async record<T extends object>(
        record: CallRecord,
        call: () => Promise<T>,
        shown: (response: T) => unknown = compact,
    ): Promise<T> {
        if (!this.file) {
            return await call();
        }
        this.write({ ...record, request: compact(record.request), progress: "request_started" });
        try {
            const response = await call();
            this.write({
                ...record,
                request: compact(record.request),
                response: shown(response),
                progress: "response_completed",
            });
            return response;
        } catch (error) {
            this.write({
                ...record,
                request: compact(record.request),
                errors: [grpcText(error)],
                progress: "response_completed",
            });
            throw error;
        }
    }

    /** For calls that the engine serves: a refused one has no end in the log, a failed one an empty response. */
    async recordServed<T>(record: CallRecord, work: () => Promise<[T, object]>): Promise<[T, object]> {
        const request = compact(record.request);
        this.write({ ...record, request, progress: "request_started" });
        try {
            const result = await work();
            this.write({ ...record, request, response: compact(result[1]), progress: "response_completed" });
            return result;
        } catch (error) {
            if ((error as Error).constructor.name !== "MonitorClosed") {
                this.write({ ...record, request, response: {}, progress: "response_completed" });
            }
            throw error;
        }
    }

    /** As in the CLI's log, the question to the language host marks where a deployment begins. */
    deploymentBegins(): void {
        const method = "/pulumirpc.LanguageRuntime/GetRequiredPackages";
        this.write({ method, metadata: {}, request: {}, progress: "request_started" });
        this.write({ method, metadata: {}, request: {}, response: {}, progress: "response_completed" });
    }

    private write(line: object): void {
        if (this.file) {
            appendFileSync(this.file, `${JSON.stringify(line)}\n`);
        }
    }
}

/** As protobuf's JSON: fields with their zero value are left out. Property maps (second level) are kept whole. */
export function compact(message: unknown): unknown {
    if (typeof message !== "object" || message === null) {
        return message;
    }
    return Object.fromEntries(Object.entries(message).filter(([, value]) => !isZero(value)));
}

function isZero(value: unknown): boolean {
    return (
        value === undefined ||
        value === "" ||
        value === false ||
        value === 0 ||
        (Array.isArray(value) && value.length === 0)
    );
}

const CODES = [
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated",
];

export function grpcText(error: unknown): string {
    const { code, details, message } = error as { code?: number; details?: string; message?: string };
    return typeof code === "number"
        ? `rpc error: code = ${CODES[code] ?? code} desc = ${details ?? ""}`
        : String(message ?? error);
}
