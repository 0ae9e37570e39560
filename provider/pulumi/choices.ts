// What a user may choose, as enums that programs name.

/** Who runs the operator: the EKS add-on or the Helm release. */
export enum Owner {
    /** The EKS add-on: the installation is moved. */
    Addon = "Addon",
    /** The Helm release: the installation is put back as it was. */
    Helm = "Helm",
}

/** What to do when the release has settings that the add-on cannot express. */
export enum UnsupportedSettings {
    /** Refuse the move and list the settings. */
    Refuse = "Refuse",
    /** Accept their loss. */
    Drop = "Drop",
}

/** What to do with one dependency that the release brought along. */
export enum DependencyChoice {
    /** Move it to its own add-on. */
    Move = "Move",
    /** Leave it as it is. */
    LeaveAlone = "LeaveAlone",
}
