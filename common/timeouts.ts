// Waits that several places share, and the defaults of those that a program may choose. Data only.

/** How long the operator's add-on and its controllers may take, unless the program says otherwise. Minutes. */
export const INSTALL_MINUTES = 20;

/** How long an add-on may take to be removed, unless the program says otherwise. Minutes. */
export const REMOVE_MINUTES = 20;

/** How long another mover is waited for, unless the program says otherwise. Minutes. */
export const LOCK_MINUTES = 5;

/** How long pods may take to present a certificate that was issued anew: kubelets show a changed Secret after 60 to 90 s, and servers reload within another 60 s. */
export const PRESENTED_MS = 5 * 60_000;

/** IAM shows a new role, or a changed one, after some seconds; given up after this. */
export const IAM_PROPAGATION_MS = 60_000;

/** Pods get 30 s to end by themselves, and a little more. */
export const TERMINATION_MS = 45_000;

/** How long a controller may take until it is Available again. */
export const AVAILABLE_MS = 10 * 60_000;
