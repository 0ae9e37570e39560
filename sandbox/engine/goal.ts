// What a program asks for with one RegisterResource: reads the request into a plain goal, shows it for the call log, and
// makes the state entry that fulfils it. Looks at no old state.
import { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { parseDuration } from "./duration";
import type { CustomTimeouts, ResourceState } from "./state";
import { fromStruct } from "./struct";
import type { PropertyMap } from "./values";

export interface AliasSpec {
    urn?: string;
    name?: string;
    type?: string;
    stack?: string;
    project?: string;
    parentUrn?: string;
    noParent?: boolean;
}

export interface Callback {
    token: string;
    target: string;
}

export interface Goal {
    type: string;
    name: string;
    parent: string;
    custom: boolean;
    remote: boolean;
    properties: PropertyMap;
    dependencies: string[];
    propertyDependencies: Record<string, string[]>;
    provider: string;
    providers: Record<string, string>;
    protect: boolean | undefined;
    deleteBeforeReplace: boolean | undefined;
    version: string;
    pluginDownloadUrl: string;
    ignoreChanges: string[];
    additionalSecretOutputs: string[];
    aliases: AliasSpec[];
    importId: string;
    customTimeouts: CustomTimeouts;
    replaceOnChanges: string[];
    retainOnDelete: boolean | undefined;
    deletedWith: string;
    hideDiffs: string[];
    transforms: Callback[];
    supportsResultReporting: boolean;
}

export function readGoal(request: RegisterResourceRequest): Goal {
    const propertyDependencies: Record<string, string[]> = {};
    request.getPropertydependenciesMap().forEach((value, key) => {
        propertyDependencies[key] = value.getUrnsList();
    });
    const providers: Record<string, string> = {};
    request.getProvidersMap().forEach((value, key) => {
        providers[key] = value;
    });
    const timeouts = request.getCustomtimeouts();
    return {
        type: request.getType(),
        name: request.getName(),
        parent: request.getParent(),
        custom: request.getCustom(),
        remote: request.getRemote(),
        properties: fromStruct(request.getObject()),
        dependencies: request.getDependenciesList(),
        propertyDependencies,
        provider: request.getProvider(),
        providers,
        protect: request.hasProtect() ? request.getProtect() : undefined,
        deleteBeforeReplace: request.getDeletebeforereplacedefined()
            ? request.getDeletebeforereplace()
            : undefined,
        version: request.getVersion(),
        pluginDownloadUrl: request.getPlugindownloadurl(),
        ignoreChanges: request.getIgnorechangesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        aliases: [
            ...request.getAliasesList().map(readAlias),
            ...request.getAliasurnsList().map((urn) => ({ urn })),
        ],
        importId: request.getImportid(),
        customTimeouts: readTimeouts(timeouts?.getCreate(), timeouts?.getUpdate(), timeouts?.getDelete()),
        replaceOnChanges: request.getReplaceonchangesList(),
        retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
        deletedWith: request.getDeletedwith(),
        hideDiffs: request.getHidediffsList(),
        transforms: request
            .getTransformsList()
            .map((item) => ({ token: item.getToken(), target: item.getTarget() })),
        supportsResultReporting: request.getSupportsresultreporting(),
    };
}

export function readAlias(alias: Alias): AliasSpec {
    if (alias.getUrn() !== "") {
        return { urn: alias.getUrn() };
    }
    const spec = alias.getSpec();
    return {
        ...(spec?.getName() ? { name: spec.getName() } : {}),
        ...(spec?.getType() ? { type: spec.getType() } : {}),
        ...(spec?.getStack() ? { stack: spec.getStack() } : {}),
        ...(spec?.getProject() ? { project: spec.getProject() } : {}),
        ...(spec?.getParenturn() ? { parentUrn: spec.getParenturn() } : {}),
        ...(spec?.getNoparent() ? { noParent: true } : {}),
    };
}

export function writeAlias(alias: AliasSpec): Alias {
    if (alias.urn) {
        return new Alias().setUrn(alias.urn);
    }
    const spec = new Alias.Spec()
        .setName(alias.name ?? "")
        .setType(alias.type ?? "")
        .setStack(alias.stack ?? "")
        .setProject(alias.project ?? "");
    if (alias.noParent) {
        spec.setNoparent(true);
    } else if (alias.parentUrn) {
        spec.setParenturn(alias.parentUrn);
    }
    return new Alias().setSpec(spec);
}

export function readTimeouts(create = "", update = "", remove = ""): CustomTimeouts {
    return {
        ...(create ? { create: parseDuration(create) } : {}),
        ...(update ? { update: parseDuration(update) } : {}),
        ...(remove ? { delete: parseDuration(remove) } : {}),
    };
}

/** The request as the call log shows it (as JSON of the message, zero values left out later). */
export function showGoal(request: RegisterResourceRequest): object {
    const goal = readGoal(request);
    const timeouts = request.getCustomtimeouts();
    return {
        type: goal.type,
        name: goal.name,
        parent: goal.parent,
        custom: goal.custom,
        object: goal.properties,
        protect:
            goal.protect === undefined
                ? undefined
                : String(goal.protect) === "true"
                  ? true
                  : new Shown(false),
        dependencies: goal.dependencies,
        provider: goal.provider,
        propertyDependencies: nonEmpty(
            Object.fromEntries(
                Object.entries(goal.propertyDependencies).map(([key, urns]) => [
                    key,
                    urns.length > 0 ? { urns } : {},
                ]),
            ),
        ),
        deleteBeforeReplace: goal.deleteBeforeReplace ?? false,
        version: goal.version,
        ignoreChanges: goal.ignoreChanges,
        acceptSecrets: request.getAcceptsecrets(),
        additionalSecretOutputs: goal.additionalSecretOutputs,
        aliasURNs: request.getAliasurnsList(),
        importId: goal.importId,
        customTimeouts:
            timeouts &&
            withoutEmpty({
                create: timeouts.getCreate(),
                update: timeouts.getUpdate(),
                delete: timeouts.getDelete(),
            }),
        deleteBeforeReplaceDefined: request.getDeletebeforereplacedefined(),
        supportsPartialValues: request.getSupportspartialvalues(),
        remote: goal.remote,
        acceptResources: request.getAcceptresources(),
        providers: nonEmpty(goal.providers),
        replaceOnChanges: goal.replaceOnChanges,
        pluginDownloadURL: goal.pluginDownloadUrl,
        retainOnDelete: goal.retainOnDelete === undefined ? undefined : new Shown(goal.retainOnDelete),
        aliases: request
            .getAliasesList()
            .map(readAlias)
            .map((alias) => (alias.urn ? { urn: alias.urn } : { spec: alias })),
        deletedWith: goal.deletedWith,
        aliasSpecs: request.getAliasspecs(),
        transforms: goal.transforms,
        supportsResultReporting: goal.supportsResultReporting,
        hideDiffs: goal.hideDiffs,
    };
}

/** A zero value that the log shows, because the field is optional and was set. */
class Shown {
    constructor(private readonly value: unknown) {}
    toJSON(): unknown {
        return this.value;
    }
}

function withoutEmpty(map: Record<string, string>): Record<string, string> {
    return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== ""));
}

function nonEmpty<T extends object>(map: T): T | undefined {
    return Object.keys(map).length > 0 ? map : undefined;
}

export function stateFor(goal: Goal, urn: string, inputs: PropertyMap): ResourceState {
    return {
        urn,
        custom: goal.custom,
        type: goal.type,
        ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
        ...(goal.parent ? { parent: goal.parent } : {}),
        ...(goal.protect ? { protect: true } : {}),
        ...(goal.dependencies.length > 0 ? { dependencies: goal.dependencies } : {}),
        ...(goal.provider ? { provider: goal.provider } : {}),
        ...(Object.keys(goal.propertyDependencies).length > 0
            ? { propertyDependencies: goal.propertyDependencies }
            : {}),
        ...(goal.additionalSecretOutputs.length > 0
            ? { additionalSecretOutputs: goal.additionalSecretOutputs }
            : {}),
        ...(Object.keys(goal.customTimeouts).length > 0 ? { customTimeouts: goal.customTimeouts } : {}),
        ...(goal.importId ? { importID: goal.importId } : {}),
        ...(goal.retainOnDelete ? { retainOnDelete: true } : {}),
        ...(goal.deletedWith ? { deletedWith: goal.deletedWith } : {}),
        ...(goal.ignoreChanges.length > 0 ? { ignoreChanges: goal.ignoreChanges } : {}),
        ...(goal.hideDiffs.length > 0 ? { hideDiff: goal.hideDiffs } : {}),
        ...(goal.replaceOnChanges.length > 0 ? { replaceOnChanges: goal.replaceOnChanges } : {}),
    };
}
