// Fails two moves of one cluster in one stack: the second waits for the first one's lock, and then finds nothing to move.
import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { ifKnown, isMove } from "./subjects";

export const oneMovePerCluster: StackValidationPolicy = {
    name: "one-move-per-cluster",
    description: "A stack has one move per cluster.",
    enforcementLevel: "mandatory",
    validateStack({ resources }, reportViolation) {
        const seen: { name: string; cluster: Cluster }[] = [];
        // Resources come in the order in which they were registered, which changes from run to run.
        const moves = resources.filter(isMove).sort((one, other) => one.urn.localeCompare(other.urn));
        for (const move of moves) {
            const cluster = clusterOf(move);
            const other = seen.find((one) => isSame(one.cluster, cluster));
            seen.push({ name: move.name, cluster });
            if (other === undefined) continue;
            reportViolation(
                `the resource ${other.name} moves the same cluster. Next: keep one of the two.`,
                move.urn,
            );
        }
    },
};

interface Cluster {
    /** From the move's outputs: there once it has begun. */
    readonly arn: string | undefined;
    /** The cluster's name with all that says which account and Region are meant: there unless a preview does not know it yet. */
    readonly place: string | undefined;
}

/** The inputs of a move that say which cluster is meant. */
export const PLACE = ["clusterName", "region", "profile", "roleArn", "access", "kubeconfig", "context"];

function clusterOf({ props }: PolicyResource): Cluster {
    // A move that has begun keeps what was asked for in one output; before, the inputs stand for themselves.
    const asked = ifKnown(() => props.inputs) ?? props;
    return {
        arn: ifKnown(() => props.clusterArn),
        place: ifKnown(() => JSON.stringify(PLACE.map((name) => asked[name] ?? null))),
    };
}

function isSame(one: Cluster, other: Cluster): boolean {
    if (one.arn !== undefined && other.arn !== undefined) return one.arn === other.arn;
    return one.place !== undefined && one.place === other.place;
}
