// In: rules that tests set. Out: how a pod should behave. Knows no cluster.
import type { Pod } from "./objectTypes";

export interface PodRule {
    /** Part of the image's name. */
    image?: string;
    namespace?: string;
    /** Start of the pod's name. */
    name?: string;
}

export interface PodBehaviour {
    readyAfterMs?: number;
    never?: true;
    crashLoop?: true;
    imagePullBackOff?: true;
}

export class PodScripts {
    private readonly scripts: { rule: PodRule; behaviour: PodBehaviour }[] = [];

    add(rule: PodRule, behaviour: PodBehaviour): void {
        this.scripts.unshift({ rule, behaviour });
    }

    clear(): void {
        this.scripts.length = 0;
    }

    /** The newest rule that fits wins. */
    behaviourOf(pod: Pod): PodBehaviour {
        return this.scripts.find(({ rule }) => fits(rule, pod))?.behaviour ?? {};
    }
}

function fits(rule: PodRule, pod: Pod): boolean {
    const { image, namespace, name } = rule;
    if (namespace !== undefined && pod.metadata.namespace !== namespace) return false;
    if (name !== undefined && !pod.metadata.name.startsWith(name)) return false;
    return image === undefined || pod.spec.containers.some((container) => container.image.includes(image));
}
