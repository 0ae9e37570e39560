// Between plain data and the protobuf messages of a provider: requests that need more than one line, answers, the form the
// call log shows, and errors with the details they carry.
import type * as grpc from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { type DiffAnswer, type Failure, ProviderError, type ResourceName } from "./providerAnswers";
import { fromStruct, toStruct } from "./struct";
import type { PropertyMap } from "./values";

export function checkRequest(
    shown: ResourceName & { olds: PropertyMap; news: PropertyMap },
): messages.CheckRequest {
    return new messages.CheckRequest()
        .setUrn(shown.urn)
        .setName(shown.name)
        .setType(shown.type)
        .setOlds(toStruct(shown.olds))
        .setNews(toStruct(shown.news));
}

export function diffRequest(
    shown: ResourceName & {
        id: string;
        olds: PropertyMap;
        news: PropertyMap;
        oldInputs: PropertyMap;
        ignoreChanges?: string[];
    },
): messages.DiffRequest {
    const request = new messages.DiffRequest()
        .setId(shown.id)
        .setUrn(shown.urn)
        .setName(shown.name)
        .setType(shown.type);
    request
        .setOlds(toStruct(shown.olds))
        .setNews(toStruct(shown.news))
        .setOldInputs(toStruct(shown.oldInputs));
    return request.setIgnorechangesList(shown.ignoreChanges ?? []);
}

export function readFailure(failure: messages.CheckFailure): Failure {
    return { property: failure.getProperty(), reason: failure.getReason() };
}

export function readCheck(answer: messages.CheckResponse): { inputs: PropertyMap; failures: Failure[] } {
    return { inputs: fromStruct(answer.getInputs()), failures: answer.getFailuresList().map(readFailure) };
}

export function showCheck(answer: { inputs: PropertyMap; failures: Failure[] }): object {
    return answer.failures.length > 0 ? answer : { inputs: answer.inputs };
}

const KINDS = ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"] as const;

export function readDiff(answer: messages.DiffResponse): DiffAnswer {
    const detailed = Object.fromEntries(
        answer
            .getDetaileddiffMap()
            .getEntryList()
            .map(([key]) => {
                const diff = answer.getDetaileddiffMap().get(key);
                return [
                    key,
                    {
                        kind: KINDS[diff?.getKind() ?? 4] ?? "update",
                        inputDiff: diff?.getInputdiff() ?? false,
                    },
                ];
            }),
    );
    return {
        changes: (["DIFF_UNKNOWN", "DIFF_NONE", "DIFF_SOME"] as const)[answer.getChanges()] ?? "DIFF_UNKNOWN",
        replaces: answer.getReplacesList(),
        diffs: answer.getDiffsList(),
        stables: answer.getStablesList(),
        deleteBeforeReplace: answer.getDeletebeforereplace(),
        ...(answer.getHasdetaileddiff() ? { detailedDiff: detailed } : {}),
    };
}

export function showDiff(answer: DiffAnswer): object {
    const { changes, ...rest } = answer;
    return {
        ...(changes === "DIFF_UNKNOWN" ? {} : { changes }),
        ...Object.fromEntries(
            Object.entries(rest).filter(([, v]) => v !== false && !(Array.isArray(v) && v.length === 0)),
        ),
    };
}

export function toProviderError(error: grpc.ServiceError): ProviderError {
    const details = error.metadata?.get("grpc-status-details-bin")[0];
    const text = error.details ?? error.message;
    if (!details || typeof details === "string") {
        return new ProviderError(text, error.code);
    }
    for (const any of Status.deserializeBinary(details).getDetailsList()) {
        const init = any.unpack(
            messages.ErrorResourceInitFailed.deserializeBinary,
            "pulumirpc.ErrorResourceInitFailed",
        );
        if (init) {
            const failure = {
                id: init.getId(),
                properties: fromStruct(init.getProperties()),
                reasons: init.getReasonsList(),
            };
            return new ProviderError(reasonsText(failure.reasons), error.code, failure);
        }
    }
    return new ProviderError(text, error.code);
}

/** As the CLI prints it; the error's own message is not shown. */
function reasonsText(reasons: string[]): string {
    if (reasons.length === 0) {
        return "resource init failed";
    }
    const title = reasons.length === 1 ? "1 error occurred:" : `${reasons.length} errors occurred:`;
    return [title, ...reasons.map((reason) => `\t* ${reason}`), "", ""].join("\n");
}
