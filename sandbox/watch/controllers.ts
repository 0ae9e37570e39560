/** All pods come in again and again; how long each controller was away, or there twice, goes out. */

import { imageName } from "../kubernetes/images";
import { isAnswering } from "../kubernetes/kubelets";
import type { Pod } from "../kubernetes/objectTypes";
import { hasCondition } from "../kubernetes/podStatus";
import type { Observation } from "./observation";
import { Stopwatch } from "./stopwatch";

/** Image names: the Deployments of the Helm chart and of the add-on have different names, and the same images. */
const CONTROLLER_IMAGES = [
    "hyperpod-inference-operator",
    "aws-load-balancer-controller",
    "keda-operator",
    "keda-metrics-apiserver",
    "metrics-server",
    "cert-manager-controller",
] as const;

interface Controller {
    away: Stopwatch;
    twice: Stopwatch;
    /** Deployments whose pods could act at the same time. */
    together: Set<string>;
}

export class Controllers {
    /** Only controllers that were there once: what was never there cannot be away. */
    #seen = new Map<string, Controller>();

    update(pods: Pod[], at: number): void {
        for (const image of CONTROLLER_IMAGES) {
            const running = pods.filter((pod) => runs(pod, image));
            if (this.#seen.has(image) || running.some(isAnswering)) this.#update(image, running, at);
        }
    }

    away(at: number): Observation["away"] {
        const entries = [...this.#seen].map(([image, { away }]) => {
            return [
                image,
                { seconds: away.seconds(at), atEnd: away.running, spans: away.spans(at) },
            ] as const;
        });
        return Object.fromEntries(entries);
    }

    twoActive(at: number): Observation["twoActive"] {
        const twice = [...this.#seen].filter(([, controller]) => controller.together.size > 0);
        return twice.map(([image, controller]) => ({
            controller: image,
            deployments: [...controller.together].sort(),
            seconds: controller.twice.seconds(at),
        }));
    }

    #update(image: string, pods: Pod[], at: number): void {
        const controller = this.#seen.get(image) ?? {
            away: new Stopwatch(),
            twice: new Stopwatch(),
            together: new Set(),
        };
        this.#seen.set(image, controller);
        controller.away.set(!pods.some(isAnswering), at);
        // A pod that was told to end may act until it is gone.
        const active = new Set(pods.filter((pod) => hasCondition(pod, "Ready")).map(deploymentOf));
        controller.twice.set(active.size > 1, at);
        if (active.size > 1) for (const name of active) controller.together.add(name);
    }
}

function runs(pod: Pod, image: string): boolean {
    return pod.spec.containers.some((container) => imageName(container.image) === image);
}

/** A pod's owner is a ReplicaSet; it is called like its Deployment and the hash that the pod carries. */
function deploymentOf({ metadata }: Pod): string {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)?.name;
    const hash = metadata.labels?.["pod-template-hash"];
    const name = owner ?? metadata.name;
    return `${metadata.namespace}/${hash !== undefined && name.endsWith(`-${hash}`) ? name.slice(0, -hash.length - 1) : name}`;
}
