// Waits that the component and the move share. Data only.

/** How long the operator's add-on and its controllers may take, unless the program says otherwise. Minutes. */
export const INSTALL_MINUTES = 20;
