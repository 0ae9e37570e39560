// What EKS has applied, by the field manager of its server-side apply.
import type { KubernetesObject } from "../ports/world";

const EKS_MANAGER = "eks";

/** For whichever add-on. */
export function isAppliedByEks({ metadata }: KubernetesObject): boolean {
    return (metadata.managedFields ?? []).some(({ manager }) => manager === EKS_MANAGER);
}
