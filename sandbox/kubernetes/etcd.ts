// In: etcd's client port. Out: its keys and values, read at one revision and written one by one. Knows no Kubernetes.

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

    private async ask<T>(operation: string, body: unknown): Promise<T> {
        const answer = await fetch(`http://127.0.0.1:${this.port}/v3/${operation}`, {
            method: "POST",
            body: JSON.stringify(body),
            signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const said = await answer.text();
        if (answer.status !== 200) throw new Error(`etcd ${operation}: ${answer.status} ${said}`);
        return JSON.parse(said) as T;
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
