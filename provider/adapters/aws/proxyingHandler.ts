// Time limits come in; a handler for AWS requests goes out that sends each through the proxy that the environment names for its host, or directly.
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { HttpHandlerOptions, HttpRequest } from "@smithy/types";
import { agentThrough, proxyFromEnvironment } from "../proxy";

export interface TimeLimits {
    readonly requestTimeout: number;
    readonly connectionTimeout: number;
}

export function proxyingHandler(limits: TimeLimits) {
    const handlers = new Map<string | undefined, NodeHttpHandler>();
    const through = (proxy: string | undefined) => {
        const known = handlers.get(proxy);
        if (known !== undefined) return known;
        const made = new NodeHttpHandler(
            proxy === undefined ? { ...limits } : { ...limits, httpsAgent: agentThrough(proxy) },
        );
        handlers.set(proxy, made);
        return made;
    };
    return {
        metadata: { handlerProtocol: "http/1.1" },
        handle: (request: HttpRequest, options: HttpHandlerOptions = {}) => {
            const port = request.port === undefined ? "" : `:${request.port}`;
            return through(proxyFromEnvironment(`${request.protocol}//${request.hostname}${port}/`)).handle(
                request as never,
                options,
            );
        },
        destroy: () => {
            for (const handler of handlers.values()) handler.destroy();
        },
        updateHttpClientConfig: () => undefined,
        httpHandlerConfigs: () => ({}),
    };
}
