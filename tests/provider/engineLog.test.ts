// Lines for the engine: a process that serves one engine after the other tells each its own.
import assert from "node:assert/strict";
import { type EngineModules, engineLog } from "../../provider/process/engineLog";

describe("the engine's log", () => {
    it("speaks to the engine that is there now", async () => {
        const told: string[] = [];
        const modules = {
            EngineClient: class {
                constructor(readonly address: string) {}
                log(request: { message: string }, done: (error: unknown) => void): void {
                    told.push(`${this.address} ${request.message}`);
                    done(null);
                }
            },
            LogRequest: class {
                message = "";
                setSeverity(): void {}
                setMessage(value: string): void {
                    this.message = value;
                }
                setUrn(): void {}
                setEphemeral(): void {}
            },
            LogSeverity: { INFO: 1, WARNING: 2 },
            credentials: { createInsecure: () => undefined },
        } as unknown as EngineModules;
        let address = "127.0.0.1:1";
        const logs = engineLog(
            () => address,
            () => modules,
        );
        await logs.forResource("urn:a").tell("first");
        address = "127.0.0.1:2";
        await logs.forResource("urn:a").tell("second");
        assert.deepEqual(told, ["127.0.0.1:1 first", "127.0.0.1:2 second"]);
    });
});
