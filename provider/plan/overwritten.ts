// The objects of others that the add-on will write over in, what is told of them and what stands in the way out. Pure.
import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import { keyOf, refTo } from "../kubernetes/objectRef";
import type { KubernetesObject } from "../ports/world";

interface Binding {
    readonly subjects?: readonly { readonly kind?: string; readonly namespace?: string }[];
}

/** An undo gives rights to nobody but the accounts of the add-on's namespace: a binding of somebody else could not come back. */
export function overwrittenBlockers(overwritten: readonly KubernetesObject[], namespace: string): Blocker[] {
    return overwritten
        .filter((object) => /^(Cluster)?RoleBinding$/.test(object.kind) && !bindsOnly(object, namespace))
        .map((object) => ({
            code: ErrorCode.RivalController,
            property: "clusterName",
            what: `${keyOf(refTo(object))} is not the release's and gives rights to others; the add-on would write over it, and they would lose them`,
            remedy: "give these rights under another name and delete it, then run `pulumi up`",
        }));
}

function bindsOnly(binding: KubernetesObject, place: string): boolean {
    const { subjects = [] } = binding as Binding;
    return subjects.every(({ kind, namespace }) => kind === "ServiceAccount" && namespace === place);
}

export function overwrittenNotes(overwritten: readonly KubernetesObject[]): string[] {
    if (overwritten.length === 0) return [];
    const names = overwritten.map((object) => keyOf(refTo(object))).sort();
    return [
        `the add-on writes over ${names.length === 1 ? "an object that is" : `${names.length} objects that are`} not the release's; the backup has ${names.length === 1 ? "it" : "them"}, and an undo brings the former form back: ${names.join(", ")}`,
    ];
}
