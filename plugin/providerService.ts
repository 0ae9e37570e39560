// Calls of Pulumi's engine about custom resources come in over gRPC, the life cycles' answers go out. Knows the protocol; decides nothing.
import type * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { inCallOf } from "../provider/process/callLog";
import { type SteadyClock, withinTime } from "../provider/process/callTimeout";
import type { EngineLog, ResourceLog } from "../provider/process/engineLog";
import type { ImportedMove } from "../provider/pulumi/importMove";
import type { Bag } from "../provider/pulumi/propertyBag";
import { tellNewPlan, tellPlan } from "../provider/pulumi/tellBesideRow";
import type { Kind } from "./customResources";
import { diffAnswer } from "./detailedDiff";
import { failureOf } from "./grpcFailures";
import { type Opened, open, seal } from "./propertyBags";

/** What the process that serves is told by the engine, and what it tells. */
export interface ServingProcess {
    readonly version: string;
    readonly schema: string;
    readonly kinds: Readonly<Record<string, Kind>>;
    readonly logs: EngineLog;
    readonly clock: SteadyClock;
    /** The engine listens here. */
    foundEngine(address: string): void;
    /** The resource that this process is in the stack: the children of a component are served by it. */
    isProvider(urn: string, id: string): void;
    /** The user interrupts: what is at work ends at its next safe point. */
    cancelled(): void;
}

export type Handlers = Record<string, grpc.handleUnaryCall<never, unknown>>;

interface Call {
    readonly kind: Kind;
    readonly log: ResourceLog;
}

export function handlers(around: ServingProcess): Handlers {
    const callOf = ({ urn, type }: { urn: string; type: string }): Call => {
        const token = type || (urn.split("::")[2]?.split("$").pop() ?? "");
        const kind = around.kinds[token.split(":").pop() ?? ""];
        if (kind === undefined) throw new Error(`this plugin has no resource ${token}`);
        return { kind, log: around.logs.forResource(urn) };
    };
    const resource = <Request extends Named, Answer>(
        handle: (request: Request, call: Call) => Promise<Answer>,
        sealed: (request: Request, properties: Bag) => ReturnType<typeof seal> = (_, bag) =>
            seal(bag, NO_NAMES),
    ) =>
        unary(
            async (request: Request) => {
                const call = callOf({ urn: request.getUrn(), type: request.getType() });
                return inCallOf(call.log, () =>
                    withinTime(request.getTimeout?.() ?? 0, around.clock, () => handle(request, call)),
                );
            },
            (request, properties) => sealed(request, properties),
        );

    return {
        handshake: unary(async (request: messages.ProviderHandshakeRequest) => {
            around.foundEngine(request.getEngineAddress());
            return new messages.ProviderHandshakeResponse()
                .setAcceptSecrets(true)
                .setAcceptResources(true)
                .setAcceptOutputs(true);
        }),
        configure: unary(async (request: messages.ConfigureRequest) => {
            const [urn, id] = [request.getUrn(), request.getId()];
            if (urn !== undefined && id !== undefined) around.isProvider(urn, id);
            const answer = new messages.ConfigureResponse();
            answer.setAcceptsecrets(true);
            answer.setAcceptresources(true);
            answer.setAcceptoutputs(true);
            answer.setSupportspreview(true);
            return answer;
        }),
        getSchema: unary(async () => {
            const answer = new messages.GetSchemaResponse();
            answer.setSchema(around.schema);
            return answer;
        }),
        getPluginInfo: unary(async () => new PluginInfo().setVersion(around.version)),
        check: resource(async (request: messages.CheckRequest, { kind }) => {
            const [olds, news] = [open(request.getOlds()), open(request.getNews())];
            const { inputs, failures = [] } = await kind.calls.check(olds.plain, {
                ...secretNamesOf(news, kind),
                ...news.plain,
            });
            const answer = new messages.CheckResponse();
            answer.setInputs(seal(inputs, news.secrets, news));
            answer.setFailuresList(
                failures.map(({ property, reason }) => {
                    const failure = new messages.CheckFailure();
                    failure.setProperty(property);
                    failure.setReason(reason);
                    return failure;
                }),
            );
            return answer;
        }),
        diff: resource(async (request: messages.DiffRequest, { kind }) => {
            const news = open(request.getNews()).plain;
            const { changes } = await kind.calls.diff(request.getId(), open(request.getOlds()).plain, news);
            return diffAnswer(changes, open(request.getOldInputs()).plain, news, kind.isAsked);
        }),
        create: resource(
            async (request: messages.CreateRequest, { kind, log }) => {
                const inputs = open(request.getProperties());
                const answer = new messages.CreateResponse();
                if (request.getPreview()) {
                    if (kind.remaining !== undefined) await tellNewPlan({}, inputs.plain, log);
                    answer.setProperties(seal(kind.certain(inputs.plain), inputs.secrets));
                    return answer;
                }
                const { id, outs } = await kind.calls.create(inputs.plain);
                answer.setId(id);
                answer.setProperties(seal(outs, inputs.secrets));
                return answer;
            },
            (request, properties) => seal(properties, open(request.getProperties()).secrets),
        ),
        read: resource(
            async (request: messages.ReadRequest, { kind }) => {
                const state = open(request.getProperties());
                if (Object.keys(state.plain).length === 0 && kind.import !== undefined)
                    return imported(await kind.import(request.getId()));
                const inputs = open(request.getInputs());
                const { id = "", props } = await kind.calls.read(request.getId(), state.plain);
                const answer = new messages.ReadResponse();
                answer.setId(id);
                answer.setProperties(seal(props, state.secrets));
                answer.setInputs(seal(inputs.plain, inputs.secrets, inputs));
                return answer;
            },
            (request, properties) => seal(properties, open(request.getProperties()).secrets),
        ),
        update: resource(
            async (request: messages.UpdateRequest, { kind, log }) => {
                const [olds, news] = [open(request.getOlds()).plain, open(request.getNews())];
                const answer = new messages.UpdateResponse();
                if (request.getPreview()) {
                    if (kind.remaining !== undefined) {
                        const isTold = await tellNewPlan(open(request.getOldInputs()).plain, news.plain, log);
                        if (!isTold) await tellPlan(await kind.remaining(olds, news.plain), log);
                    }
                    answer.setProperties(seal(kind.certain(news.plain), news.secrets));
                    return answer;
                }
                const { outs } = await kind.calls.update(request.getId(), olds, news.plain);
                answer.setProperties(seal(outs, news.secrets));
                return answer;
            },
            (request, properties) => seal(properties, open(request.getNews()).secrets),
        ),
        delete: resource(async (request: messages.DeleteRequest, { kind }) => {
            await kind.calls.delete(request.getId(), open(request.getProperties()).plain);
            return new Empty();
        }),
        cancel: unary(async () => {
            around.cancelled();
            return new Empty();
        }),
    };
}

interface Named {
    getUrn(): string;
    getType(): string;
    /** Of the user's customTimeouts, in seconds; 0 where none is set. */
    getTimeout?(): number;
}

function imported({ id, inputs, props }: ImportedMove): messages.ReadResponse {
    const answer = new messages.ReadResponse();
    answer.setId(id);
    answer.setProperties(seal(props, NO_NAMES));
    answer.setInputs(seal(inputs, NO_NAMES));
    return answer;
}

/** The classes of the package say it themselves; of a bare resource the envelopes tell. */
function secretNamesOf(news: Opened, kind: Kind): Bag {
    const names = [...news.secrets].filter((name) => kind.remaining !== undefined && kind.isAsked(name));
    return names.length === 0 ? {} : { secretInputs: names.sort() };
}

const NO_NAMES: ReadonlySet<string> = new Set();

function unary<Request, Answer>(
    handle: (request: Request) => Promise<Answer>,
    sealed: (request: Request, properties: Bag) => ReturnType<typeof seal> = (_, bag) => seal(bag, NO_NAMES),
): grpc.handleUnaryCall<never, unknown> {
    return (call, done) => {
        const request = call.request as Request;
        handle(request).then(
            (answer) => done(null, answer),
            (error: unknown) => done(failureOf(error, (properties) => sealed(request, properties))),
        );
    };
}
