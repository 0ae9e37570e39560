// The operator as helm installed it, as later content and tests find it. Types only.
import type { BareCluster } from "./bareCluster";
import type { ReleaseReference } from "./certManagerCrds";
import type { RoleArns } from "./helmRoles";
import type { Dependency, Values } from "./helmValues";

export interface HelmInstallation extends ReleaseReference {
    bare: BareCluster;
    roles: RoleArns;
    tlsBucket: string;
    otherTlsBucket: string;
    external: readonly Dependency[];
    revisions: number;
    /** The values of the last revision, as `helm get values` shows them. */
    values: Values;
    binary: string;
}
