// The modules of Pulumi's SDK through which the engine is told of progress. Named here, so that a bundle holds them.
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { EngineModules } from "../provider/process/engineLog";

export const engineModules = (): EngineModules =>
    ({ EngineClient, LogRequest, LogSeverity, credentials }) as unknown as EngineModules;
