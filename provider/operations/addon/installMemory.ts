// What the install step remembers. Types only.

import type { FormerAddon } from "./formerAddon";
import type { OwnedRef } from "./ownership";

export interface InstallMemory {
    /** The API server's time before the add-on was asked for: what `eks` made since then is the add-on's. */
    readonly since: string;
    /** Counts requests to EKS, so that each has a token of its own. */
    readonly attempt: number;
    /** What the add-on made, once it is known. */
    readonly created?: readonly OwnedRef[];
    /** The add-on that was there before. */
    readonly former?: FormerAddon;
    /** Tags that the move gives the add-on that was there before. */
    readonly tagged?: Readonly<Record<string, string>>;
    /** Somebody applied the release over the add-on since: EKS has to apply it once more. */
    readonly isOverwritten?: true;
}
