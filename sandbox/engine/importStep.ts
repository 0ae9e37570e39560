// The step behind the `import` option: reads a resource that exists already into the state. What the program says about
// it is checked and, if it differs, updated afterwards by ordinary steps.

import type { ResourceState } from "./state";
import { providerOf, type Step } from "./steps";

export function importStep(id: string, goal: ResourceState): Step {
    return {
        op: "import",
        urn: goal.urn,
        new: goal,
        counted: true,
        async execute(context) {
            const { snapshot, isPreview } = context;
            const pending = isPreview ? undefined : snapshot.begin("importing", goal);
            try {
                const provider = await providerOf(context, goal);
                const found = await provider.read(goal.urn, id);
                if (!found) {
                    throw new Error(`resource '${id}' does not exist`);
                }
                if (!found.outputs || !found.inputs) {
                    throw new Error(
                        `provider does not support importing resources; please try updating the '${goal.type}' plugin`,
                    );
                }
                Object.assign(goal, { id: found.id, inputs: found.inputs, outputs: found.outputs });
                goal.created = goal.modified = new Date().toISOString();
            } catch (error) {
                snapshot.abandon(pending);
                throw error;
            }
            if (!isPreview) {
                snapshot.end(pending, undefined, goal);
            }
        },
    };
}
