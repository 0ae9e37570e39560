// Before a resource is deleted to be replaced, everything that would be replaced with it has to go: finds those resources
// by asking their providers what a change of the inputs that came from it would mean.

import type { Deployment } from "./deployment";
import { ensureProviders } from "./ensureProviders";
import { identified } from "./provider";
import { type ResourceState, requirements } from "./state";
import { deleteStep, type Step } from "./steps";
import { isProviderType } from "./urn";
import { mapValues, UNKNOWN } from "./values";

export async function dependentsFirst(
    deployment: Deployment,
    root: ResourceState,
    alreadyMet: (urn: string) => boolean,
): Promise<Step[]> {
    const all = deployment.context.snapshot
        .resources()
        .filter((resource) => !resource.delete && !resource.pendingReplacement);
    const condemned = new Set([root.urn]);
    const steps: Step[] = [];
    for (const resource of all) {
        const touched = requirements(resource).some((urn) => condemned.has(urn));
        if (
            !touched ||
            !resource.custom ||
            isProviderType(resource.type) ||
            resource.external ||
            alreadyMet(resource.urn)
        ) {
            continue;
        }
        if (await wouldBeReplaced(deployment, resource, condemned)) {
            condemned.add(resource.urn);
            steps.unshift(deleteStep(resource, { op: "delete-replaced", replacementFollows: true }));
        }
    }
    return steps;
}

async function wouldBeReplaced(
    deployment: Deployment,
    resource: ResourceState,
    condemned: Set<string>,
): Promise<boolean> {
    await ensureProviders(deployment, [resource]);
    const provider = await deployment.providers.get(resource.provider ?? "");
    const news = mapValues(resource.inputs ?? {}, (value, key) =>
        (resource.propertyDependencies?.[key] ?? []).some((urn) => condemned.has(urn)) ? UNKNOWN : value,
    );
    const diff = await provider.diff(identified(resource), news, resource.ignoreChanges ?? []);
    return (diff?.replaces.length ?? 0) > 0;
}
