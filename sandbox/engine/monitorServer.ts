// The ResourceMonitor service that the program talks to: reads each gRPC request, hands it on as plain data, writes the
// answer, logs the call. What a request means is decided elsewhere. Once the
// monitor is closed nothing is answered: the connection is cut instead, which ends a Pulumi program quietly.
import * as grpc from "@grpc/grpc-js";
import { type IResourceMonitorServer, ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
    DeploymentInfo,
    ReadResourceResponse,
    RegisterResourceResponse,
    ResourceInvokeResponse,
    ResourceMonitorFeature,
    Result,
    SupportsFeatureResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { CallLog } from "./callLog";
import { type Callback, type Goal, readGoal, showGoal } from "./goal";
import { fromStruct, toStruct } from "./struct";
import type { PropertyMap } from "./values";

export interface DeploymentFacts {
    project: string;
    stack: string;
    organization: string;
    dryRun: boolean;
    parallel: number;
    config: Record<string, string>;
    configSecretKeys: string[];
}

export interface Registered {
    urn: string;
    id: string;
    outputs: PropertyMap;
    failed?: boolean;
    propertyDependencies?: Record<string, string[]>;
}

export interface InvokeRequest {
    tok: string;
    args: PropertyMap;
    provider: string;
    version: string;
    dependsOn: string[];
    acceptResources: boolean;
}

export interface ReadRequest {
    id: string;
    type: string;
    name: string;
    parent: string;
    properties: PropertyMap;
    dependencies: string[];
    provider: string;
    version: string;
    additionalSecretOutputs: string[];
}

/** What a program can ask for. */
export interface ProgramRequests {
    facts: DeploymentFacts;
    /** After a failure or an interrupt nothing is taken any more. */
    readonly isClosed: boolean;
    registerResource(goal: Goal): Promise<Registered>;
    registerOutputs(urn: string, outputs: PropertyMap): Promise<void>;
    readResource(request: ReadRequest): Promise<{ urn: string; properties: PropertyMap }>;
    /** `unknown` when it depends on something that is yet to be made. */
    invoke(
        request: InvokeRequest,
    ): Promise<
        { return: PropertyMap } | { unknown: true } | { failures: { property: string; reason: string }[] }
    >;
    addStackTransform(callback: Callback): void;
    /** Resolves when the deployment is over: callbacks of the program stay reachable until then. */
    programDone(): Promise<void>;
}

/** The monitor takes no more requests. */
export class MonitorClosed extends Error {
    constructor() {
        super("resource monitor shut down while waiting on step's done channel");
    }
}

/** The registration failed and the program goes on (--continue-on-error). */
export class RegistrationFailed extends Error {
    constructor(readonly urn: string) {
        super(`${urn} failed to register`);
    }
}

const F = ResourceMonitorFeature;
const FEATURES: ResourceMonitorFeature[] = [
    F.RESOURCE_MONITOR_FEATURE_SECRETS,
    F.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    F.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    F.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    F.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    F.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    F.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
    F.RESOURCE_MONITOR_FEATURE_INVOKE_PARENT,
];
const FEATURE_NAMES = Object.fromEntries(Object.entries(F).map(([name, number]) => [number, name]));
/** Identifiers of SupportsFeature, which older SDKs ask one by one. */
const FEATURE_IDS = new Set([
    "secrets",
    "resourceReferences",
    "outputValues",
    "aliasSpecs",
    "deletedWith",
    "transforms",
]);

export function addMonitorService(server: grpc.Server, requests: ProgramRequests, log: CallLog): void {
    const service: Partial<IResourceMonitorServer> = {
        getDeploymentInfo: (_call, done) =>
            answer(requests, log, "GetDeploymentInfo", {}, done, async () => [
                deploymentInfo(requests.facts),
                showFacts(requests.facts),
            ]),
        supportsFeature: (call, done) =>
            done(null, new SupportsFeatureResponse().setHassupport(FEATURE_IDS.has(call.request.getId()))),
        registerResource: (call, done) =>
            answer(requests, log, "RegisterResource", showGoal(call.request), done, async () => {
                const registered = await requests
                    .registerResource(readGoal(call.request))
                    .catch((error: Error) => {
                        if (
                            error instanceof RegistrationFailed &&
                            call.request.getSupportsresultreporting()
                        ) {
                            return { urn: error.urn, id: "", outputs: {}, failed: true };
                        }
                        throw error;
                    });
                return [registeredResponse(registered), showRegistered(registered)];
            }),
        registerResourceOutputs: (call, done) => {
            const shown = { urn: call.request.getUrn(), outputs: fromStruct(call.request.getOutputs()) };
            answer(requests, log, "RegisterResourceOutputs", shown, done, async () => {
                await requests.registerOutputs(shown.urn, shown.outputs);
                return [new Empty(), {}];
            });
        },
        readResource: (call, done) => {
            const { request } = call;
            const shown = {
                id: request.getId(),
                type: request.getType(),
                name: request.getName(),
                parent: request.getParent(),
                properties: fromStruct(request.getProperties()),
                dependencies: request.getDependenciesList(),
                provider: request.getProvider(),
                version: request.getVersion(),
                additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
            };
            const logged = {
                ...shown,
                acceptSecrets: request.getAcceptsecrets(),
                acceptResources: request.getAcceptresources(),
            };
            answer(requests, log, "ReadResource", logged, done, async () => {
                const read = await requests.readResource(shown);
                return [
                    new ReadResourceResponse().setUrn(read.urn).setProperties(toStruct(read.properties)),
                    read,
                ];
            });
        },
        invoke: (call, done) => {
            const { request } = call;
            const shown: InvokeRequest = {
                tok: request.getTok(),
                args: fromStruct(request.getArgs()),
                provider: request.getProvider(),
                version: request.getVersion(),
                dependsOn: request.getDependsonList(),
                acceptResources: request.getAcceptresources(),
            };
            answer(requests, log, "Invoke", shown, done, async () => {
                const result = await requests.invoke(shown);
                if ("unknown" in result) {
                    return [new ResourceInvokeResponse().setUnknown(true), { unknown: true }];
                }
                if ("failures" in result) {
                    const reasons = result.failures.map(
                        (failure) => `${failure.reason} (${failure.property})`,
                    );
                    throw new Error(`invocation of ${shown.tok} returned an error: ${reasons.join("; ")}`);
                }
                return [
                    new ResourceInvokeResponse().setReturn(toStruct(result.return)),
                    { return: result.return },
                ];
            });
        },
        registerStackTransform: (call, done) => {
            const callback = { token: call.request.getToken(), target: call.request.getTarget() };
            answer(requests, log, "RegisterStackTransform", callback, done, async () => {
                requests.addStackTransform(callback);
                return [new Empty(), {}];
            });
        },
        signalAndWaitForShutdown: (_call, done) =>
            answer(requests, log, "SignalAndWaitForShutdown", {}, done, async () => {
                await requests.programDone();
                return [new Empty(), {}];
            }),
    };
    server.addService(ResourceMonitorService, service as IResourceMonitorServer);
}

function answer<Response>(
    requests: ProgramRequests,
    log: CallLog,
    method: string,
    shown: object,
    done: grpc.sendUnaryData<Response>,
    work: () => Promise<[Response, object]>,
): void {
    if (requests.isClosed) {
        return;
    }
    const record = {
        method: `/pulumirpc.ResourceMonitor/${method}`,
        metadata: { mode: "server" },
        request: shown,
    };
    log.recordServed(record, work).then(
        ([response]) => done(null, response),
        (error: Error) => {
            if (!(error instanceof MonitorClosed)) {
                done({
                    code: grpc.status.UNKNOWN,
                    details: error.message,
                    name: "Error",
                    message: error.message,
                });
            }
        },
    );
}

function registeredResponse(registered: Registered): RegisterResourceResponse {
    const response = new RegisterResourceResponse()
        .setUrn(registered.urn)
        .setId(registered.id)
        .setObject(toStruct(registered.outputs));
    response.setResult(registered.failed ? Result.FAIL : Result.SUCCESS);
    for (const [key, urns] of Object.entries(registered.propertyDependencies ?? {})) {
        response
            .getPropertydependenciesMap()
            .set(key, new RegisterResourceResponse.PropertyDependencies().setUrnsList(urns));
    }
    return response;
}

function showRegistered({ urn, id, outputs, failed }: Registered): object {
    return { urn, id, object: outputs, ...(failed ? { result: "FAIL" } : {}) };
}

function deploymentInfo(facts: DeploymentFacts): DeploymentInfo {
    const info = new DeploymentInfo()
        .setProject(facts.project)
        .setStack(facts.stack)
        .setOrganization(facts.organization);
    info.setDryrun(facts.dryRun).setParallel(facts.parallel).setConfigsecretkeysList(facts.configSecretKeys);
    for (const [key, value] of Object.entries(facts.config)) {
        info.getConfigMap().set(key, value);
    }
    return info.setSupportedfeaturesList(FEATURES);
}

function showFacts(facts: DeploymentFacts): object {
    const config = Object.keys(facts.config).length > 0 ? facts.config : undefined;
    return { ...facts, config, supportedFeatures: FEATURES.map((feature) => FEATURE_NAMES[feature]) };
}
