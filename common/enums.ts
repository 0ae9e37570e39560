// The words a user chooses from; no behaviour lives here.

/** Whether the component brings a dependency of the add-on. */
export enum DependencyMode {
    /** Install it as an EKS add-on, unless that add-on is there already: then it is adopted and left alone. */
    Install = "Install",
    /** Somebody else brings it, as an add-on, by Helm or otherwise. Its presence is checked, nothing is installed. */
    Present = "Present",
    /** Neither installed nor checked. */
    Skip = "Skip",
}

/** What happens when a field that the add-on sets exists with another value at creation. */
export enum CreateConflicts {
    /** Creation fails and names the fields. */
    None = "NONE",
    /** The add-on's values win. */
    Overwrite = "OVERWRITE",
}

/** What happens when a field that the add-on sets was changed by somebody else before an update. */
export enum UpdateConflicts {
    /** The update fails and names the fields. */
    None = "NONE",
    /** The add-on's values win. */
    Overwrite = "OVERWRITE",
    /** The changed values stay. */
    Preserve = "PRESERVE",
}

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

/** How requests and work go from Helm's controllers to the add-on's. */
export enum Handover {
    /** Seamless for every controller for which that can be proved to be safe; the others pause, and the plan says why. */
    Auto = "Auto",
    /** Helm's controllers serve until the add-on's do, for every controller of the release. Refused (HP141) where one of them would have to pause. */
    Seamless = "Seamless",
    /** Helm's controllers stop before the add-on is installed; nobody serves until the add-on's are available. */
    Pause = "Pause",
}
