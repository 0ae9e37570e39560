// The rows of the display: one per resource, fed by events, rendered to the columns sign, type, name, status and info.
// Knows neither terminal nor timing of output.
import { formatSeconds } from "../duration";
import type { EngineEvent, Message, Operation, OperationInfo } from "../events";
import { changedKeys } from "../inputDiff";
import { isDefaultProvider, nameOf, STACK_TYPE, typeOf } from "../urn";
import { LABELS, shortType } from "./labels";

const OPTIONS_IN_DIFF = ["protect"] as const;

export class Row {
    private op: Operation = "same";
    private info: OperationInfo | undefined;
    private begun = 0;
    private state: "new" | "running" | "done" | "failed" = "new";
    private seconds = 0;
    private readonly messages: Message[] = [];
    private latest: Message | undefined;
    private concluded = false;

    constructor(
        readonly urn: string,
        private readonly isPreview: boolean,
    ) {}

    get isStack(): boolean {
        return typeOf(this.urn) === STACK_TYPE;
    }

    get parent(): string | undefined {
        return this.info?.new?.parent ?? this.info?.old?.parent;
    }

    /** Rows of resources that stay as they are are not shown. */
    get isShown(): boolean {
        if (isDefaultProvider(this.urn)) {
            return this.latest !== undefined;
        }
        return (
            this.op !== "same" ||
            this.isStack ||
            this.latest !== undefined ||
            this.changedOptions().length > 0
        );
    }

    get hasErrors(): boolean {
        return this.state === "failed" || this.messages.some(({ severity }) => severity === "error");
    }

    get isRunning(): boolean {
        return this.state === "running" && !this.concluded;
    }

    get operation(): OperationInfo | undefined {
        return this.info && { ...this.info, op: this.op };
    }

    kept(): Message[] {
        return this.messages;
    }

    take(event: EngineEvent): void {
        switch (event.kind) {
            case "begin":
                this.begun = Date.now();
                this.set(event, "running");
                break;
            case "end":
                this.seconds = (Date.now() - this.begun) / 1000;
                this.set(event, this.hasErrors ? "failed" : "done");
                break;
            case "failed":
                this.set(event, "failed");
                break;
            case "message":
                this.latest = event;
                if (!event.ephemeral) {
                    this.messages.push(event);
                }
                break;
        }
    }

    /** After the end of the deployment: a count of the messages instead of the latest one. */
    conclude(): void {
        this.concluded = true;
        if (this.state === "running") {
            this.seconds = (Date.now() - this.begun) / 1000;
            this.state = this.hasErrors ? "failed" : "done";
        }
    }

    columns(): { sign: string; type: string; name: string; status: string; info: string } {
        return {
            sign: LABELS[this.op].sign,
            type: shortType(typeOf(this.urn)),
            name: nameOf(this.urn),
            status: this.status(),
            info: this.infoText(),
        };
    }

    private set(event: OperationInfo, state: Row["state"]): void {
        this.op = event.op;
        this.info = event;
        this.state = state;
    }

    private status(): string {
        const label = LABELS[this.op];
        if (this.isPreview) {
            return this.state === "new" ? "" : label.planned;
        }
        switch (this.state) {
            case "new":
                return this.concluded && this.hasErrors ? "**failed**" : "";
            case "running":
                return this.op === "same"
                    ? this.isStack
                        ? "running"
                        : ""
                    : `${label.running} (${formatSeconds((Date.now() - this.begun) / 1000)})`;
            case "done":
                return this.op === "same" ? "" : `${label.done} (${formatSeconds(this.seconds)})`;
            case "failed":
                return `**${label.failed}**`;
        }
    }

    private infoText(): string {
        return [this.diffText(), this.messageText()].filter(Boolean).join("; ");
    }

    private diffText(): string {
        const { old, new: now } = this.info ?? {};
        if (!old || !now || this.op === "refresh") {
            return "";
        }
        const hidden = new Set([...(now.hideDiff ?? []), "__internal"]);
        const keys = changedKeys(old.inputs ?? {}, now.inputs ?? {}).filter(
            (key) => !hidden.has(key) && old !== now,
        );
        const options = this.changedOptions();
        const shown = this.op === "same" ? options : [...keys, ...options];
        return shown.length > 0 ? `[diff: ~${shown.join(",")}]` : "";
    }

    private changedOptions(): string[] {
        const { old, new: now } = this.info ?? {};
        return old && now
            ? OPTIONS_IN_DIFF.filter((option) => (old[option] ?? false) !== (now[option] ?? false))
            : [];
    }

    private messageText(): string {
        if (!this.concluded) {
            return this.latest ? firstLine(this.latest) : "";
        }
        if (this.state === "failed" && !this.isStack && this.messages.length === 1 && this.messages[0]) {
            return firstLine(this.messages[0]);
        }
        const count = (test: (severity: string) => boolean, word: string): string => {
            const number = this.messages.filter(({ severity }) => test(severity)).length;
            return number === 0 ? "" : `${number} ${word}${number === 1 ? "" : "s"}`;
        };
        return [
            count((s) => s === "error", "error"),
            count((s) => s === "warning", "warning"),
            count((s) => s.startsWith("info"), "message"),
        ]
            .filter(Boolean)
            .join("; ");
    }
}

export function messageLine({ severity, text }: Message): string {
    return severity === "error" || severity === "warning" ? `${severity}: ${text}` : text;
}

function firstLine(message: Message): string {
    return (
        messageLine(message)
            .split("\n")
            .find((line) => line.trim() !== "") ?? ""
    );
}
