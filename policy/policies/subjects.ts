// A resource's type, URN or properties come in; whether it is ours goes out. Values are never put into words here: any of them may be a secret.
import { UnknownValueError } from "@pulumi/policy";

/** The add-on that this package installs. */
export const OPERATOR_ADDON = "amazon-sagemaker-hyperpod-inference";
/** Key of the tag on everything that the component makes. */
export const OWNER_TAG = "pulumi-hyperpod-inference:owner";

/** As a resource of a TypeScript program, and of the plugin; the component that the plugin puts around its move is none itself. */
export const MOVES: ReadonlySet<string> = new Set([
    "pulumi-nodejs:dynamic/hyperpod:HelmToAddonMigration",
    "hyperpod-inference:index:Move",
]);
/** Now, and before the plugin was there. */
export const COMPONENTS: ReadonlySet<string> = new Set([
    "hyperpod-inference:index:HyperPodInferenceAddon",
    "pulumi-hyperpod-inference:index:HyperPodInferenceAddon",
]);
const EKS_ADDON = "aws:eks/addon:Addon";

export interface Subject {
    readonly type: string;
    readonly props: Readonly<Record<string, unknown>>;
}

export function isMove({ type }: Pick<Subject, "type">): boolean {
    return MOVES.has(type);
}

export function isComponent({ type }: Pick<Subject, "type">): boolean {
    return COMPONENTS.has(type);
}

/** Whether this is the EKS add-on itself, made by the component or by hand. */
export function isOperatorAddon({ type, props }: Subject): boolean {
    return type === EKS_ADDON && props.addonName === OPERATOR_ADDON;
}

/** Whether the resource with this URN was made by the component: its URN names the types of all its parents. */
export function isMadeByComponent(urn: string): boolean {
    const types = urn.split("::")[2]?.split("$") ?? [];
    return types.slice(0, -1).some((type) => COMPONENTS.has(type));
}

/** A value that a preview does not know yet counts as not there; an update looks again. */
export function ifKnown<T>(read: () => T): T | undefined {
    try {
        return read();
    } catch (error) {
        if (error instanceof UnknownValueError) return undefined;
        throw error;
    }
}
