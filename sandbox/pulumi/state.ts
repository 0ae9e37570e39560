// The shapes of Pulumi's deployment JSON (version 3), as `pulumi stack export` prints them. Data only.

export type PropertyValue = null | boolean | number | string | PropertyValue[] | PropertyMap;
export interface PropertyMap {
    [key: string]: PropertyValue;
}

export interface ResourceState {
    urn: string;
    custom: boolean;
    delete?: boolean;
    id?: string;
    type: string;
    inputs?: PropertyMap;
    outputs?: PropertyMap;
    parent?: string;
    protect?: boolean;
    external?: boolean;
    dependencies?: string[];
    initErrors?: string[];
    provider?: string;
    propertyDependencies?: Record<string, string[]>;
    pendingReplacement?: boolean;
    additionalSecretOutputs?: string[];
    aliases?: string[];
    customTimeouts?: CustomTimeouts;
    importID?: string;
    retainOnDelete?: boolean;
    deletedWith?: string;
    created?: string;
    modified?: string;
    ignoreChanges?: string[];
    hideDiff?: string[];
    replaceOnChanges?: string[];
}

/** Seconds. */
export interface CustomTimeouts {
    create?: number;
    update?: number;
    delete?: number;
}

export type OperationType = "creating" | "updating" | "deleting" | "reading" | "importing";

export interface PendingOperation {
    resource: ResourceState;
    type: OperationType;
}

export interface Deployment {
    manifest: { time: string; magic: string; version: string };
    secrets_providers?: { type: string; state: { salt: string } };
    resources?: ResourceState[];
    pending_operations?: PendingOperation[];
    metadata: Record<string, unknown>;
}

export interface Export {
    version: 3;
    deployment: Deployment;
}
