// A Lease in; whether an admission policy keeps pods from writing it comes out. Of the language of policies only what such a rule says is understood: who has to hold the other Lease, and for how long.
import type { KubernetesObject, ObjectRef } from "../../../provider/ports/world";
import type { Store } from "./store";

interface PolicySpec {
    readonly matchConstraints: {
        readonly namespaceSelector: { readonly matchLabels: Readonly<Record<string, string>> };
        readonly resourceRules: readonly { readonly resourceNames: readonly string[] }[];
    };
    readonly validations: readonly { readonly expression: string }[];
}

interface BindingSpec {
    readonly policyName: string;
    readonly paramRef: { readonly namespace: string; readonly name: string };
}

export function mayNotWrite(store: Store, lease: ObjectRef): boolean {
    return store.all("ValidatingAdmissionPolicyBinding").some((binding) => {
        const { policyName, paramRef } = binding.spec as unknown as BindingSpec;
        const policy = store
            .all("ValidatingAdmissionPolicy")
            .find(({ metadata }) => metadata.name === policyName);
        if (policy === undefined || !concerns(policy, lease)) return false;
        const other = store.raw({ ...lease, ...paramRef });
        return other !== undefined && !isHeldAsAsked(policy, other);
    });
}

function concerns({ spec }: KubernetesObject, { namespace, name }: ObjectRef): boolean {
    const { namespaceSelector, resourceRules } = (spec as unknown as PolicySpec).matchConstraints;
    return (
        namespaceSelector.matchLabels["kubernetes.io/metadata.name"] === namespace &&
        resourceRules.some(({ resourceNames }) => resourceNames.includes(name))
    );
}

function isHeldAsAsked({ spec }: KubernetesObject, { spec: held }: KubernetesObject): boolean {
    const { holderIdentity, leaseDurationSeconds } = (held ?? {}) as {
        holderIdentity?: string;
        leaseDurationSeconds?: number;
    };
    return (spec as unknown as PolicySpec).validations.every(({ expression }) => {
        const [, holder] = /holderIdentity == "([^"]+)"/.exec(expression) ?? [];
        const [, seconds] = /leaseDurationSeconds == (\d+)/.exec(expression) ?? [];
        if (holder === undefined || seconds === undefined) throw new Error(`not understood: ${expression}`);
        return holderIdentity === holder && leaseDurationSeconds === Number(seconds);
    });
}
