// The engine's side of a component that the plugin constructs: keeps what is asked and registered, and answers as an account does. Without an account everything is refused.
import * as grpc from "@grpc/grpc-js";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
    type RegisterResourceRequest,
    RegisterResourceResponse,
    type ResourceInvokeRequest,
    ResourceInvokeResponse,
    SupportsFeatureResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { open } from "../../plugin/propertyBags";
import type { Bag } from "../../provider/pulumi/propertyBag";
import type { MockAccount } from "../component/mocks";

/** What an account answers, for whoever asks it over gRPC. */
type Answers = {
    call(args: { token: string; inputs: Bag; provider: string }): Bag;
    newResource(args: { type: string; name: string; inputs: Bag }): { state: Bag };
};

export interface RegisteredChild {
    readonly type: string;
    /** With their envelopes. */
    readonly inputs: Bag;
    readonly provider: string;
    readonly options: {
        /** Without those that were not set. */
        readonly timeouts: Record<string, string>;
        readonly protect: boolean;
        readonly retainOnDelete: boolean;
        readonly ignoreChanges: readonly string[];
    };
}

export class Monitor {
    readonly asked: string[] = [];
    readonly registered: RegisteredChild[] = [];
    account: MockAccount | undefined;
    /** States of the program's own providers, by URN. */
    readonly providers = new Map<string, Bag>();
    readonly #server = new grpc.Server();
    #address = "";

    get address(): string {
        return this.#address;
    }

    async start(): Promise<void> {
        const unary =
            <Request, Answer>(handle: (request: Request) => Answer): grpc.handleUnaryCall<Request, Answer> =>
            (call, done) => {
                try {
                    done(null, handle(call.request));
                } catch (error) {
                    done({ code: grpc.status.UNKNOWN, details: (error as Error).message });
                }
            };
        this.#server.addService(
            ResourceMonitorService as unknown as grpc.ServiceDefinition,
            {
                supportsFeature: unary(() => new SupportsFeatureResponse().setHassupport(true)),
                invoke: unary((request: ResourceInvokeRequest) => this.#invoke(request)),
                registerResource: unary((request: RegisterResourceRequest) => this.#register(request)),
                registerResourceOutputs: unary(() => new Empty()),
            } as unknown as grpc.UntypedServiceImplementation,
        );
        this.#address = await new Promise<string>((resolve, reject) =>
            this.#server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
                error ? reject(error) : resolve(`127.0.0.1:${port}`),
            ),
        );
    }

    stop(): void {
        this.#server.forceShutdown();
    }

    /** A request as a preview of the stack has it. */
    asPreview(request: ConstructRequest): ConstructRequest {
        request.setProject("p");
        request.setStack("dev");
        request.setMonitorendpoint(this.address);
        request.setDryrun(true);
        return request;
    }

    #answers(): Answers {
        if (this.account === undefined) throw new Error("no account here");
        return this.account as unknown as Answers;
    }

    #invoke(request: ResourceInvokeRequest): ResourceInvokeResponse {
        const token = request.getTok();
        this.asked.push(token);
        const inputs = open(request.getArgs()).plain;
        const result =
            token === "pulumi:pulumi:getResource"
                ? { urn: inputs.urn, id: "id", state: this.providers.get(String(inputs.urn)) }
                : this.#answers().call({ token, inputs, provider: request.getProvider() });
        const answer = new ResourceInvokeResponse();
        answer.setReturn(structOf(result));
        return answer;
    }

    #register(request: RegisterResourceRequest): RegisterResourceResponse {
        const [type, name] = [request.getType(), request.getName()];
        this.asked.push(type);
        const { plain: inputs, sealed } = open(request.getObject());
        const { create, update, pb_delete } = request.getCustomtimeouts()?.toObject() ?? {};
        const timeouts = Object.entries({ create, update, delete: pb_delete }).filter(([, time]) => time);
        this.registered.push({
            type,
            inputs: sealed,
            provider: request.getProvider(),
            options: {
                timeouts: Object.fromEntries(timeouts) as Record<string, string>,
                protect: request.getProtect() ?? false,
                retainOnDelete: request.getRetainondelete() ?? false,
                ignoreChanges: request.getIgnorechangesList(),
            },
        });
        const { state } = this.#answers().newResource({ type, name, inputs });
        const answer = new RegisterResourceResponse();
        answer.setUrn(`urn:pulumi:dev::p::${type}::${name}`);
        answer.setObject(structOf(state));
        return answer;
    }
}

/** The wire knows no `undefined`. */
function structOf(bag: object): Struct {
    return Struct.fromJavaScript(JSON.parse(JSON.stringify(bag)) as Record<string, never>);
}
