// Which properties of the move and of what its undo needs are secret in every state, whatever the program says. Data only.

/** Inputs: what gives access is never told. */
export const ALWAYS_SECRET = ["kubeconfig", "access"] as const;

/** What was asked for stands in `inputs`, keys included; the settings of the add-on may hold tokens. */
export const SECRET_OUTPUTS = [
    "journal",
    "journalKey",
    ...ALWAYS_SECRET,
    "inputs",
    "addonConfiguration",
] as const;
