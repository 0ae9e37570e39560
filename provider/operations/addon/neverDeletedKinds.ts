// What an undo leaves of the add-on, by kind.

/** Kinds that an undo never deletes, whoever made them: something of the user's may live in or on them. */
export const NEVER_DELETED_KINDS: ReadonlySet<string> = new Set([
    "Namespace",
    "PersistentVolume",
    "PersistentVolumeClaim",
]);
