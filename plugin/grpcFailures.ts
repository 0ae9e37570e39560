// A thrown error comes in, the answer of gRPC that Pulumi understands goes out: half-done state travels in its details.
import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Bag } from "../provider/pulumi/propertyBag";

/** What the guard throws: an `id` says that the resource is there, half done. */
interface Thrown extends Error {
    readonly id?: string;
    readonly properties?: Bag;
    readonly reasons?: string[];
    readonly code?: number;
}

export function failureOf(error: unknown, sealed: (properties: Bag) => Struct): grpc.ServiceError {
    const { message, id, properties, reasons, code } = error as Thrown;
    const answer = (status: number, metadata = new grpc.Metadata()) =>
        Object.assign(new Error(message), { code: status, details: message, metadata });
    if (id === undefined || properties === undefined) return answer(code ?? grpc.status.UNKNOWN);
    const detail = new ErrorResourceInitFailed();
    detail.setId(id);
    detail.setProperties(sealed(properties));
    detail.setReasonsList(reasons ?? [message]);
    const any = new Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(any);
    const metadata = new grpc.Metadata();
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return answer(grpc.status.UNKNOWN, metadata);
}
