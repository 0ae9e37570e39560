// The step behind `Resource.get(name, id)`: reads a resource that is not managed here, for its outputs. A stack reference
// is answered from the other stack's checkpoint, without any provider.

import type { Deployment, ResourceState } from "./state";
import { providerOf, type Step } from "./steps";
import { STACK_TYPE } from "./urn";
import { containsSecret, markOutputs, type PropertyMap } from "./values";

export const STACK_REFERENCE = "pulumi:pulumi:StackReference";

export function readStep(goal: ResourceState, old: ResourceState | undefined, otherStack: OtherStack): Step {
    return {
        op: "read",
        urn: goal.urn,
        old,
        new: goal,
        counted: false,
        async execute(context) {
            const { snapshot, isPreview } = context;
            const pending = isPreview ? undefined : snapshot.begin("reading", goal);
            try {
                goal.outputs =
                    goal.type === STACK_REFERENCE
                        ? stackReference(goal, otherStack)
                        : await readFromProvider();
            } catch (error) {
                snapshot.abandon(pending);
                throw error;
            }
            if (!isPreview) {
                snapshot.end(pending, old, goal);
            }

            async function readFromProvider(): Promise<PropertyMap> {
                const provider = await providerOf(context, goal);
                const inputs = goal.inputs ?? {};
                const found = await provider.read(goal.urn, goal.id ?? "", { inputs: {}, outputs: inputs });
                if (!found) {
                    throw new Error(`resource '${goal.id}' does not exist`);
                }
                return markOutputs(found.outputs ?? {}, goal.additionalSecretOutputs ?? [], inputs);
            }
        },
    };
}

export type OtherStack = (project: string, stack: string) => Deployment | undefined;

function stackReference(goal: ResourceState, otherStack: OtherStack): PropertyMap {
    const name = String(goal.inputs?.name ?? goal.id);
    const [stack = "", project = ""] = name.split("/").reverse();
    const deployment = otherStack(project, stack);
    if (!deployment) {
        throw new Error(`unknown stack "${name}"`);
    }
    const outputs = deployment.resources?.find(({ type }) => type === STACK_TYPE)?.outputs ?? {};
    return {
        name,
        outputs,
        secretOutputNames: Object.keys(outputs)
            .filter((key) => containsSecret(outputs[key]))
            .sort(),
    };
}
