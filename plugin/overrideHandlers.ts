// Our handlers come in; every resource provider that Pulumi's SDK serves in this process has them in place of its own. Construct stays the SDK's.
import * as grpc from "@grpc/grpc-js";
import type { Handlers } from "./providerService";

/** Of the SDK: they need its own state of the program, which it keeps to itself. */
const OF_THE_SDK = [
    "construct",
    "call",
    "invoke",
    "attach",
    "parameterize",
    "checkConfig",
    "diffConfig",
    "list",
] as const;

export function layOver(ours: Handlers): void {
    const add = grpc.Server.prototype.addService;
    grpc.Server.prototype.addService = function (definition, implementation) {
        const { construct } = implementation;
        // The SDK serves callbacks of programs too.
        if (typeof construct !== "function") return add.call(this, definition, implementation);
        const theirs = OF_THE_SDK.map((name) => {
            const handler = implementation[name] as grpc.UntypedHandleCall;
            return [name, handler.bind(implementation)] as const;
        });
        return add.call(this, definition, {
            ...Object.fromEntries(theirs),
            ...ours,
        } as grpc.UntypedServiceImplementation);
    };
}
