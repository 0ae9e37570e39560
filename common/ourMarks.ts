// Labels and tags by which this package knows again what it made: each stands here once.

/** On the objects that this package keeps in a cluster: lock, journal, what is there only for a move. */
export const OURS = { "app.kubernetes.io/managed-by": "pulumi-hyperpod-inference" } as const;

/** Names the move that made something. */
export const MIGRATION_MARK = "pulumi-hyperpod-inference/migration";

/** On every add-on that a move asks for; AWS's own templates set it too. */
export const ADDON_TAGS = { CreatedBy: "HyperPodInference" } as const;
