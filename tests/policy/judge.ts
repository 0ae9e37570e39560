// Resources and the policies' configuration come in, what the policies say goes out, without an engine. Asserts nothing itself.
import {
    type PolicyResource,
    type ResourceValidationArgs,
    type StackValidationArgs,
    UnknownValueError,
    unknownCheckingProxy,
} from "@pulumi/policy";
import { policies } from "../../policy/policies";

export const MOVE = "pulumi-nodejs:dynamic/hyperpod:HelmToAddonMigration";
export const COMPONENT = "hyperpod-inference:index:HyperPodInferenceAddon";
export const ADDON = "aws:eks/addon:Addon";

/** What a preview says of a value that it does not know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Given {
    readonly type: string;
    readonly name?: string;
    readonly props: Record<string, unknown>;
    readonly protect?: boolean;
    /** URN of the parent, as the resource's own URN shows it. */
    readonly parentTypes?: readonly string[];
    /** Names of the resources that a property was wired to. */
    readonly wired?: Readonly<Record<string, readonly string[]>>;
}

export interface Finding {
    readonly policy: string;
    readonly message: string;
}

export type Configuration = Readonly<Record<string, object>>;

/** A policy that asks for what a preview does not know says nothing but that; so it is here. */
export async function judge(given: readonly Given[], configuration: Configuration = {}): Promise<Finding[]> {
    const findings: Finding[] = [];
    const resources = asResources(given);
    const shared = (policy: string) => ({
        stackTags: new Map<string, string>(),
        getConfig: <T extends object>() => (configuration[policy] ?? {}) as T,
        notApplicable: (): never => {
            throw new Error("no policy of ours says so");
        },
    });
    for (const policy of policies) {
        const { name } = policy;
        const report = (message: string) => void findings.push({ policy: name, message });
        const ask = async (validate: () => Promise<void> | void) => {
            try {
                await validate();
            } catch (error) {
                if (!(error instanceof UnknownValueError)) throw error;
                report((error as Error).message);
            }
        };
        if ("validateStack" in policy) {
            const args: StackValidationArgs = { resources, ...shared(name) };
            await ask(() => policy.validateStack(args, report));
            continue;
        }
        for (const resource of resources)
            for (const validate of [policy.validateResource ?? []].flat()) {
                const args = { ...resource, ...shared(name) } as unknown as ResourceValidationArgs;
                await ask(() => validate(args, report));
            }
    }
    return findings;
}

/** What one policy says. */
export async function saidBy(
    policy: string,
    given: readonly Given[],
    configuration: object = {},
): Promise<string[]> {
    const findings = await judge(given, { [policy]: configuration });
    return findings.filter((one) => one.policy === policy).map(({ message }) => message);
}

function asResources(given: readonly Given[]): PolicyResource[] {
    const resources = given.map(({ type, name = "it", props, protect = false, parentTypes = [] }) => ({
        type,
        name,
        props: unknownCheckingProxy(structuredClone(props)),
        urn: `urn:pulumi:dev::project::${[...parentTypes, type].join("$")}::${name}`,
        opts: { protect, ignoreChanges: [], aliases: [], additionalSecretOutputs: [] },
        dependencies: [],
        propertyDependencies: {} as Record<string, PolicyResource[]>,
    })) as unknown as PolicyResource[];
    for (const [index, { wired = {} }] of given.entries())
        for (const [property, names] of Object.entries(wired)) {
            const resource = resources[index];
            if (resource !== undefined)
                resource.propertyDependencies[property] = resources.filter(({ name }) =>
                    names.includes(name),
                );
        }
    return resources;
}
