// Starts the providers of resources that no program registers in this deployment, from what the state says about them.
import type { Deployment } from "./deployment";
import type { ResourceState } from "./state";

export async function ensureProviders(deployment: Deployment, resources: ResourceState[]): Promise<void> {
    const all = deployment.context.snapshot.resources();
    for (const reference of new Set(
        resources.filter(({ custom }) => custom).map(({ provider }) => provider),
    )) {
        const state = reference
            ? all.find((candidate) => `${candidate.urn}::${candidate.id}` === reference)
            : undefined;
        if (state) {
            await deployment.providers.ensure(state);
        }
    }
}
