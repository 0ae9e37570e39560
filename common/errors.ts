// The errors a person sees. Every one says which step, what happened, why, and the next command; docs/troubleshooting.md explains each code.
import { inspect } from "node:util";
import { oneLine } from "./printable";

/** Stable codes; each has a section in docs/troubleshooting.md. */
export enum ErrorCode {
    InvalidInput = "HP101",
    ClusterNotFound = "HP102",
    AccessDenied = "HP103",
    ClusterUnreachable = "HP104",
    ReleaseNotFound = "HP110",
    ReleasePending = "HP111",
    SeveralReleases = "HP112",
    ReleaseManagedElsewhere = "HP113",
    SettingNotExpressible = "HP120",
    SettingInvalid = "HP121",
    NoCompatibleVersion = "HP122",
    MissingSetting = "HP123",
    AddonExists = "HP124",
    RivalController = "HP125",
    NotEnoughPodSlots = "HP130",
    OidcProviderMissing = "HP131",
    PermissionMissing = "HP132",
    TagLimit = "HP133",
    LockHeld = "HP134",
    ModelBeingDeployed = "HP135",
    WebhookWithoutEndpoints = "HP136",
    DependencyMissing = "HP137",
    RoleNotUsable = "HP138",
    RefusedByPolicy = "HP139",
    ModelsRemain = "HP140",
    HandoverNotSeamless = "HP141",
    JournalTooLarge = "HP142",
    JournalDamaged = "HP201",
    JournalVersion = "HP202",
    JournalForeign = "HP203",
    JournalUnvouched = "HP204",
    JournalBeyondRelease = "HP205",
    JournalHeld = "HP206",
    LockLost = "HP210",
    Interrupted = "HP211",
    AddonFailed = "HP220",
    AddonTimeout = "HP221",
    WorkloadTimeout = "HP222",
    AddonUpdateFailed = "HP223",
    AddonDeleteFailed = "HP224",
    ControllersStarted = "HP225",
    CustomResourceLost = "HP230",
    RequestsRefused = "HP231",
    FieldsWouldBeLost = "HP232",
    NotBroughtBack = "HP233",
    Terminating = "HP234",
    ReleaseChanged = "HP235",
    CallFailed = "HP240",
    CallTimeout = "HP241",
    ObjectContended = "HP242",
    Unexpected = "HP299",
}

export interface MigrationErrorParts {
    readonly code: ErrorCode;
    /** The step, or the call of the life cycle, that was running. */
    readonly step: string;
    /** Several where several things stand in the way at once. */
    readonly what: string | readonly string[];
    readonly why?: string;
    /** The next command to run, or what to change. */
    readonly remedy: string;
    readonly cause?: unknown;
}

/** One failure, told in three short lines. */
export class MigrationError extends Error {
    readonly code: ErrorCode;
    readonly step: string;
    readonly what: string;
    readonly why: string | undefined;
    readonly remedy: string;

    constructor(parts: MigrationErrorParts) {
        // What is quoted in them may come from anybody.
        const what = [parts.what].flat().map(oneLine).join("\n");
        const why = parts.why === undefined ? undefined : oneLine(parts.why);
        super(
            [
                `${parts.step}: ${what} [${parts.code}]`,
                ...(why ? [`why: ${why}`] : []),
                `next: ${oneLine(parts.remedy)}`,
            ].join("\n"),
            { cause: parts.cause },
        );
        this.name = "MigrationError";
        this.code = parts.code;
        this.step = parts.step;
        this.what = what;
        this.why = why;
        this.remedy = parts.remedy;
    }
}

/** The mover may not go on: another one, or the next command, does. */
export function isStopped(error: unknown): boolean {
    return (
        error instanceof MigrationError &&
        (error.code === ErrorCode.LockLost || error.code === ErrorCode.Interrupted)
    );
}

/** Said before anything was changed: the resource is as it was. */
export class Refusal extends MigrationError {}

/** Text of anything that can be thrown; never `[object Object]`. */
export function messageOf(error: unknown): string {
    // A host of several addresses has a failure for each, and no message of its own.
    if (error instanceof AggregateError && error.message === "" && error.errors.length > 0)
        return [...new Set(error.errors.map(messageOf))].join("; ");
    if (error instanceof Error) return error.message || error.name;
    if (typeof error === "string") return error;
    const { message } = (error ?? {}) as { message?: unknown };
    return typeof message === "string" && message !== ""
        ? message
        : inspect(error, { breakLength: Infinity });
}

/** A foreign error on its way up, with the step that met it; the way on is the life cycle's to tell. */
export class FailedInStep extends Error {
    constructor(
        readonly step: string,
        cause: unknown,
    ) {
        super(messageOf(cause), { cause });
        this.name = "FailedInStep";
    }
}

/** Wraps a foreign error so that the step and the way on are never missing. */
export function asMigrationError(error: unknown, step: string, remedy: string): MigrationError {
    if (error instanceof MigrationError) return error;
    if (error instanceof FailedInStep)
        return toldIn(error.step, asMigrationError(error.cause, error.step, remedy));
    return new MigrationError({ code: codeOf(error), step, what: messageOf(error), remedy, cause: error });
}

/** What several steps do, such as a wait, knows only its own name. */
function toldIn(step: string, error: MigrationError): MigrationError {
    const { code, what, why, remedy, cause } = error;
    if (error.step.includes(step)) return error;
    return new MigrationError({ code, step, what, remedy, cause, ...(why === undefined ? {} : { why }) });
}

function codeOf(error: unknown): ErrorCode {
    const { code, status, name } = (error ?? {}) as { code?: unknown; status?: unknown; name?: unknown };
    // The API server's word, or IAM's.
    if (status === 403 || (typeof name === "string" && /^(AccessDenied|UnauthorizedOperation)/.test(name)))
        return ErrorCode.PermissionMissing;
    return (typeof code === "string" ? CALL_CODES[code] : undefined) ?? ErrorCode.CallFailed;
}

const CALL_CODES: Record<string, ErrorCode> = {
    ECONNREFUSED: ErrorCode.ClusterUnreachable,
    ENOTFOUND: ErrorCode.ClusterUnreachable,
    ETIMEDOUT: ErrorCode.CallTimeout,
};
