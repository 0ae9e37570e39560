// What a move can own, whatever its journal says. Types only.
import type { Profile, ProfileIdentity } from "../../profiles/profile";

/** What a move can own, whatever its journal says. */
export interface Ownable {
    /** The moved add-on first, then its dependencies. */
    readonly profiles: readonly Profile[];
    readonly identities: readonly ProfileIdentity[];
    readonly cluster: { readonly arn: string; readonly oidcIssuer: string };
}
