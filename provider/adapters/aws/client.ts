// The one place where clients of the AWS SDK are made: every attempt of a command that writes passes the gate, the SDK's own retries too.
import type {
    DeserializeHandlerOptions,
    DeserializeMiddleware,
    HttpHandlerOptions,
    HttpRequest,
    MiddlewareStack,
} from "@smithy/types";
import type { Gate } from "../../ports/world";
import type { AwsService, ClientSettings } from "./clientSettings";
import { proxyingHandler } from "./proxyingHandler";
import type { AwsSession } from "./session";

/** What AWS calls commands that change nothing. */
const READS = /^(Get|List|Describe|Head|Simulate)/;

/** Everything that is not surely a read is a write. */
export function isWriteCommand(commandName: string): boolean {
    return !READS.test(commandName);
}

type Client = { readonly middlewareStack: { add: MiddlewareStack<object, object>["add"] } };
type HandlerSettings = Omit<ClientSettings, "requestHandler"> & { requestHandler: object };

export function openClient<C>(
    make: new (settings: never) => C,
    session: AwsSession,
    service: AwsService,
    gate: Gate,
    overrides: Partial<ClientSettings> = {},
): C {
    const settings = { ...session.clientSettings(service), ...overrides };
    return gated(make, settings, gate, proxyingHandler(settings.requestHandler));
}

interface Handler {
    handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<unknown>;
    destroy?(): void;
}

/** With the handler that sends the requests. */
export function gated<C>(
    make: new (settings: never) => C,
    settings: ClientSettings,
    gate: Gate,
    handler: Handler,
): C {
    const signals = new WeakMap<object, AbortSignal>();
    const abortable = {
        ...("metadata" in handler ? { metadata: handler.metadata } : {}),
        handle: (request: HttpRequest, options: HttpHandlerOptions = {}) => {
            const abortSignal = signals.get(request);
            return handler.handle(request, { ...options, ...(abortSignal ? { abortSignal } : {}) });
        },
        destroy: () => handler.destroy?.(),
        updateHttpClientConfig: () => undefined,
        httpHandlerConfigs: () => ({}),
    };
    const given: HandlerSettings = { ...settings, requestHandler: abortable };
    const client = new make(given as never);
    // The step nearest to the wire: after the retry loop, after credentials and signature, once per attempt.
    const passing: DeserializeMiddleware<object, object> = (next, context) => async (args) => {
        if (!isWriteCommand(String(context.commandName ?? ""))) return next(args);
        const { signal } = await gate.pass();
        signals.set(args.request as object, signal);
        try {
            return await next(args);
        } catch (error) {
            if (signal.aborted) throw gaveUp(signal);
            throw error;
        }
    };
    const options: DeserializeHandlerOptions & { step: "deserialize" } = {
        step: "deserialize",
        name: "writesPassTheGate",
    };
    (client as unknown as Client).middlewareStack.add(passing, options);
    return client;
}

/** To the SDK a time limit like any other: its next attempt asks the gate, which tells why there is none. */
function gaveUp({ reason }: AbortSignal): Error {
    return Object.assign(new Error((reason as Error).message, { cause: reason }), { name: "TimeoutError" });
}
