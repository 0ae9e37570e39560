// Labels and tags by which this package knows again what it made: each stands here once.
import { OPERATOR_TAG } from "./operatorNames";

/** This package: the beginning of its marks, its field manager, its user agent. It stands in clusters and accounts, and never changes. */
export const PACKAGE_NAME = "pulumi-hyperpod-inference";

/** On the objects that this package keeps in a cluster: lock, journal, what is there only for a move. */
export const OURS = { "app.kubernetes.io/managed-by": PACKAGE_NAME } as const;

/** Names the move that made something. */
export const MIGRATION_MARK = `${PACKAGE_NAME}/migration`;

/** On the Secrets of a journal: who deletes them before the undo marks them, and takes nothing of what they hold. */
export const KEPT_FOR_UNDO = `${PACKAGE_NAME}/undo`;

/** On every add-on that a move asks for; AWS's own templates set it too. */
export const ADDON_TAGS = { [OPERATOR_TAG.key]: OPERATOR_TAG.value } as const;

/** What a cluster keeps for the move of a release: its Lease, and the Secrets of its journal, whose names begin so. */
export function moveName(release: string): string {
    return `pulumi-hyperpod-migration-${release}`;
}
