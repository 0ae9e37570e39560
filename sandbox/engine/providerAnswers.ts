// What a provider is asked and what it answers, as plain data; and the error it may answer instead. No calls here.
import * as grpc from "@grpc/grpc-js";
import type { PropertyMap } from "./values";

export interface ResourceName {
    urn: string;
    name: string;
    type: string;
}

export interface Failure {
    property: string;
    reason: string;
}

export interface PropertyDiff {
    kind: "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";
    inputDiff: boolean;
}

export interface DiffAnswer {
    changes: "DIFF_UNKNOWN" | "DIFF_NONE" | "DIFF_SOME";
    replaces: string[];
    diffs: string[];
    stables: string[];
    deleteBeforeReplace: boolean;
    detailedDiff?: Record<string, PropertyDiff>;
}

export interface ConfigureAnswer {
    acceptSecrets: boolean;
    supportsPreview: boolean;
    acceptResources: boolean;
    acceptOutputs: boolean;
}

/** What ErrorResourceInitFailed carries. */
export interface InitFailure {
    id: string;
    properties: PropertyMap;
    reasons: string[];
}

export class ProviderError extends Error {
    constructor(
        message: string,
        readonly code: number,
        readonly init?: InitFailure,
    ) {
        super(message);
    }

    /** After such an error nobody knows what became of the resource. */
    get mayBeCorrupt(): boolean {
        return (
            [grpc.status.UNKNOWN, grpc.status.INTERNAL, grpc.status.DATA_LOSS].includes(this.code) &&
            !this.init
        );
    }
}

export type DiffCall = ResourceName & {
    id: string;
    olds: PropertyMap;
    news: PropertyMap;
    oldInputs: PropertyMap;
    ignoreChanges: string[];
};
