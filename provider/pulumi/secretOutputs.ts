// Which properties of the move and of what its undo needs are secret in every state, whatever the program says. Data only.

/** What was asked for stands in `inputs`, keys included; the settings of the add-on may hold tokens. */
export const SECRET_OUTPUTS = [
    "journal",
    "journalKey",
    "access",
    "kubeconfig",
    "inputs",
    "addonConfiguration",
] as const;
