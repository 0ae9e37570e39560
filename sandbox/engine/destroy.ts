// Destroy: deletes all resources of the state, or the targeted ones, dependents first. Runs no program; the providers are
// started from what the state says about them.

import { deleteAll } from "./deletions";
import type { Deployment } from "./deployment";
import { ensureProviders } from "./ensureProviders";
import { type ResourceState, requirements } from "./state";
import { sameStep } from "./steps";

export async function destroy(
    deployment: Deployment,
    resources: ResourceState[],
    targets: string[],
    withDependents: boolean,
): Promise<void> {
    await ensureProviders(deployment, resources);
    if (targets.length === 0) {
        await deleteAll(deployment, resources);
        return;
    }
    const condemned = select(resources, targets, withDependents);
    for (const resource of resources.filter((candidate) => !condemned.includes(candidate))) {
        await deployment.runner.runChain([sameStep(resource, { ...resource })]);
    }
    await deleteAll(deployment, condemned);
}

function select(resources: ResourceState[], targets: string[], withDependents: boolean): ResourceState[] {
    for (const target of targets) {
        if (!resources.some(({ urn }) => urn === target)) {
            throw new Error(`Target '${target}' could not be found in the stack. Did you misspell the URN?`);
        }
    }
    const chosen = new Set(targets);
    for (let size = -1; size !== chosen.size; ) {
        size = chosen.size;
        for (const resource of resources.filter(({ urn }) => !chosen.has(urn))) {
            const needed = requirements(resource).find((urn) => chosen.has(urn));
            if (needed && !withDependents) {
                throw new Error(
                    `Cannot delete parent or dependency resource '${needed}' without also deleting '${resource.urn}'. ` +
                        "Specify --target-dependents to delete all dependents of the targets as well",
                );
            }
            if (needed) {
                chosen.add(resource.urn);
            }
        }
    }
    return resources.filter(({ urn }) => chosen.has(urn));
}
