// What EKS has applied, by the field manager of its server-side apply.
import type { KubernetesObject, ObjectRef, World } from "../ports/world";
import { refTo } from "./restore";

const EKS_MANAGER = "eks";

/** For whichever add-on. */
export function isAppliedByEks({ metadata }: KubernetesObject): boolean {
    return (metadata.managedFields ?? []).some(({ manager }) => manager === EKS_MANAGER);
}

/** Everything that EKS has made since then, by the API server's time, for whichever add-on. */
export async function madeByEks(world: World, since: string): Promise<ObjectRef[]> {
    return (await world.objects.createdBy(EKS_MANAGER, since)).map(refTo);
}
