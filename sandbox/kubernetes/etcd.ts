// In: etcd's client port. Out: its keys and values, read at one revision and written one by one. Knows no Kubernetes.
import { Agent, request } from "node:http";

/** A key and its value, both in base64: values are protobuf as often as JSON. */
export type KeyValues = Map<string, string>;

interface RangeAnswer {
    header: { revision: string };
    kvs?: { key: string; value?: string }[];
    more?: boolean;
}

const PAGE = 500;
const TIMEOUT_MS = 15_000;

export class Etcd {
    private readonly agent = new Agent({ keepAlive: true });

    constructor(private readonly port: number) {}

    /** All keys that begin with the prefix, as they were at one moment. */
    async read(prefix: string): Promise<KeyValues> {
        const found: KeyValues = new Map();
        const end = encode(successor(Buffer.from(prefix)));
        let from = encode(Buffer.from(prefix));
        let revision: string | undefined;
        for (;;) {
            const page = await this.ask<RangeAnswer>("kv/range", {
                key: from,
                range_end: end,
                limit: PAGE,
                ...(revision === undefined ? {} : { revision }),
            });
            revision ??= page.header.revision;
            for (const { key, value } of page.kvs ?? []) found.set(key, value ?? "");
            const last = page.kvs?.at(-1);
            if (page.more !== true || last === undefined) return found;
            from = encode(Buffer.concat([Buffer.from(last.key, "base64"), Buffer.from([0])]));
        }
    }

    async put(key: string, value: string): Promise<void> {
        await this.ask("kv/put", { key, value });
    }

    async delete(key: string): Promise<void> {
        await this.ask("kv/deleterange", { key });
    }

    close(): void {
        this.agent.destroy();
    }

    private ask<T>(operation: string, body: unknown): Promise<T> {
        const text = JSON.stringify(body);
        return new Promise((resolve, reject) => {
            const outgoing = request(
                {
                    host: "127.0.0.1",
                    port: this.port,
                    path: `/v3/${operation}`,
                    method: "POST",
                    agent: this.agent,
                    headers: {
                        "Content-Type": "application/json",
                        "Content-Length": Buffer.byteLength(text),
                    },
                    timeout: TIMEOUT_MS,
                },
                (answer) => {
                    const chunks: Buffer[] = [];
                    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
                    answer.on("error", reject);
                    answer.on("end", () => {
                        const said = Buffer.concat(chunks).toString();
                        if (answer.statusCode === 200) resolve(JSON.parse(said) as T);
                        else reject(new Error(`etcd ${operation}: ${answer.statusCode} ${said}`));
                    });
                },
            );
            outgoing.on("timeout", () => outgoing.destroy(new Error(`etcd ${operation}: no answer`)));
            outgoing.on("error", reject);
            outgoing.end(text);
        });
    }
}

function encode(bytes: Buffer): string {
    return bytes.toString("base64");
}

/** The first key that no longer begins with the prefix. */
function successor(prefix: Buffer): Buffer {
    const next = Buffer.from(prefix);
    next[next.length - 1] = (next.at(-1) ?? 0) + 1;
    return next;
}
