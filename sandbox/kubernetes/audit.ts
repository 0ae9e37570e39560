// In: the API server's audit log. Out: its requests since the last clear, one entry each. Never shortens the file.
import { open, stat } from "node:fs/promises";

export interface AuditEvent {
    auditID: string;
    stage: string;
    verb: string;
    user: { username: string; groups?: string[] };
    userAgent?: string;
    requestURI: string;
    objectRef?: {
        resource: string;
        subresource?: string;
        namespace?: string;
        name?: string;
        apiGroup?: string;
        apiVersion?: string;
    };
    responseStatus?: { code?: number; reason?: string; message?: string };
    requestReceivedTimestamp: string;
    stageTimestamp: string;
}

export class AuditLog {
    private start = 0;

    constructor(private readonly file: string) {}

    /** A watch is listed from its first answer on; its last stage counts. */
    async events(): Promise<AuditEvent[]> {
        const byId = new Map<string, AuditEvent>();
        for (const line of (await this.read()).split("\n").slice(0, -1)) {
            const event = JSON.parse(line) as AuditEvent;
            byId.set(event.auditID, event);
        }
        return [...byId.values()];
    }

    /** The API server keeps writing to its open file, so the beginning is only skipped. */
    async clear(): Promise<void> {
        this.start = (await stat(this.file)).size;
    }

    private async read(): Promise<string> {
        const file = await open(this.file, "r");
        try {
            const { size } = await file.stat();
            const bytes = Buffer.alloc(size - this.start);
            await file.read(bytes, 0, bytes.length, this.start);
            return bytes.toString("utf8");
        } finally {
            await file.close();
        }
    }
}
