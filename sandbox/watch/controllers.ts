/** All Deployments come in again and again; how long each controller was away, or there twice, goes out. */
import type { KubeObject } from "../kubernetes/objects";
import type { Observation } from "./observation";
import { Stopwatch } from "./stopwatch";

/** Image names: the Deployments of the Helm chart and of the add-on have different names, and the same images. */
export const CONTROLLER_IMAGES = [
    "hyperpod-inference-operator",
    "aws-load-balancer-controller",
    "keda-operator",
    "keda-metrics-apiserver",
    "metrics-server",
    "cert-manager-controller",
] as const;

export interface Deployment extends KubeObject {
    spec?: { template?: { spec?: { containers?: { image?: string }[] } } };
    status?: { availableReplicas?: number };
}

interface Controller {
    away: Stopwatch;
    twice: Stopwatch;
    /** Deployments that were available together. */
    together: Set<string>;
}

export class Controllers {
    /** Only controllers that were available once: what was never there cannot be away. */
    #seen = new Map<string, Controller>();

    update(deployments: Deployment[], at: number): void {
        for (const image of CONTROLLER_IMAGES) {
            const available = deployments.filter(
                (d) => runs(d, image) && (d.status?.availableReplicas ?? 0) > 0,
            );
            if (available.length > 0 || this.#seen.has(image)) this.#update(image, available.map(nameOf), at);
        }
    }

    away(at: number): Observation["away"] {
        const entries = [...this.#seen].map(([image, { away }]) => {
            return [image, { seconds: away.seconds(at), atEnd: away.running }] as const;
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

    #update(image: string, available: string[], at: number): void {
        const controller = this.#seen.get(image) ?? {
            away: new Stopwatch(),
            twice: new Stopwatch(),
            together: new Set(),
        };
        this.#seen.set(image, controller);
        controller.away.set(available.length === 0, at);
        controller.twice.set(available.length > 1, at);
        if (available.length > 1) for (const name of available) controller.together.add(name);
    }
}

function runs(deployment: Deployment, image: string): boolean {
    const containers = deployment.spec?.template?.spec?.containers ?? [];
    return containers.some((container) => container.image?.split("/").pop()?.split(":")[0] === image);
}

function nameOf({ metadata }: Deployment): string {
    return `${metadata.namespace}/${metadata.name}`;
}
