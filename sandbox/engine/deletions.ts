// Deletes resources in layers: a resource goes only after everything that needs it has gone. The members of one layer may
// go at the same time.
import type { Deployment } from "./deployment";
import { ensureProviders } from "./ensureProviders";
import { type ResourceState, requirements } from "./state";
import { deleteStep, type Step } from "./steps";

export function deleteLayers(condemned: ResourceState[]): ResourceState[][] {
    const remaining = new Set([...condemned].reverse());
    const needs = new Map(condemned.map((resource) => [resource, expandedRequirements(resource, condemned)]));
    const layers: ResourceState[][] = [];
    while (remaining.size > 0) {
        const needed = new Set([...remaining].flatMap((resource) => [...(needs.get(resource) ?? [])]));
        const layer = [...remaining].filter((resource) => !needed.has(resource.urn));
        if (layer.length === 0) {
            throw new Error(
                `the dependencies of these resources form a circle: ${[...remaining].map(({ urn }) => urn).join(", ")}`,
            );
        }
        for (const resource of layer) {
            remaining.delete(resource);
        }
        layers.push(layer);
    }
    return layers;
}

function deletionStep(resource: ResourceState, condemned: ResourceState[]): Step {
    const goesWithAnother = condemned.some((other) => other.urn === resource.deletedWith);
    return deleteStep(resource, { op: resource.delete ? "delete-replaced" : "delete", goesWithAnother });
}

/** Depending on a component means depending on everything in it. */
function expandedRequirements(resource: ResourceState, all: ResourceState[]): Set<string> {
    const urns = new Set(requirements(resource));
    for (const dependency of [...urns]) {
        if (dependency === resource.parent || isAncestor(dependency, resource, all)) {
            continue;
        }
        for (const other of all) {
            if (other !== resource && isAncestor(dependency, other, all)) {
                urns.add(other.urn);
            }
        }
    }
    urns.delete(resource.urn);
    return urns;
}

function isAncestor(urn: string, resource: ResourceState, all: ResourceState[]): boolean {
    let { parent } = resource;
    while (parent) {
        if (parent === urn) {
            return true;
        }
        const current: string = parent;
        parent = all.find((candidate) => candidate.urn === current)?.parent;
    }
    return false;
}

/** Layer by layer; after a failure no further layer starts. */
export async function deleteAll(deployment: Deployment, condemned: ResourceState[]): Promise<void> {
    const real = condemned.filter((resource) => !resource.pendingReplacement);
    for (const forgotten of condemned.filter((resource) => resource.pendingReplacement)) {
        if (!deployment.options.isPreview) {
            deployment.context.snapshot.end(undefined, forgotten, undefined);
        }
    }
    await ensureProviders(deployment, real);
    for (const layer of deleteLayers(real)) {
        const results = layer.map((resource) => deployment.runner.runChain([deletionStep(resource, real)]));
        await Promise.allSettled(results);
        if (deployment.runner.isStopped || deployment.runner.failed) {
            return;
        }
    }
}
