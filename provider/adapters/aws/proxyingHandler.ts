// Time limits come in; a handler for AWS requests goes out that sends each through the proxy that the environment names for its host, or directly.
import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { HttpHandlerOptions, HttpRequest } from "@smithy/types";
import { agentThrough, proxyFromEnvironment, type Trust } from "../proxy";

export interface TimeLimits {
    readonly requestTimeout: number;
    readonly connectionTimeout: number;
}

export function proxyingHandler(limits: TimeLimits) {
    const trust = trustOfBundle();
    const handlers = new Map<string | undefined, NodeHttpHandler>();
    const through = (proxy: string | undefined) => {
        const known = handlers.get(proxy);
        if (known !== undefined) return known;
        const made = new NodeHttpHandler(
            proxy === undefined && trust === undefined
                ? { ...limits }
                : { ...limits, httpsAgent: agentThrough(proxy, trust) },
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

/** AWS_CA_BUNDLE, as every SDK but Node's reads it: what lies between here and AWS may sign for itself. */
function trustOfBundle(): Trust | undefined {
    const file = process.env.AWS_CA_BUNDLE;
    if (!file) return undefined;
    try {
        return { ca: [...rootCertificates, readFileSync(file, "utf8")] };
    } catch (error) {
        throw new Error(`AWS_CA_BUNDLE names ${file}, which cannot be read`, { cause: error });
    }
}
