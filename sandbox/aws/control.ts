/** One question to the emulator's control door, one answer or one clear error. Never sends an AWS request. */

const TIMEOUT_MS = 30_000;

export class Control {
    constructor(readonly endpoint: string) {}

    async ask(method: "GET" | "POST" | "DELETE", name: string, body?: unknown): Promise<unknown> {
        const response = await fetch(`${this.endpoint}/_sandbox/${name}`, {
            method,
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            headers: { "content-type": "application/json" },
            signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const text = await response.text();
        if (response.status !== 200) throw new Error(`AWS emulator: ${method} ${name}: ${text}`);
        return JSON.parse(text);
    }

    async answers(): Promise<boolean> {
        return this.ask("GET", "health").then(
            () => true,
            () => false,
        );
    }
}
