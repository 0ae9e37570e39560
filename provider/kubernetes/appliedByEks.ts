// What EKS has applied, by the field manager of its server-side apply.

import type { KubernetesObject } from "../ports/world";
import { EKS_MANAGER } from "./fieldManagers";

/** For whichever add-on. */
export function isAppliedByEks({ metadata }: KubernetesObject): boolean {
    return (metadata.managedFields ?? []).some(({ manager }) => manager === EKS_MANAGER);
}
