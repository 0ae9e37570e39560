// How cert-manager is asked to write an authority into an object. Values only.

/** Annotation that names the Certificate, `namespace/name`. */
export const INJECT = "cert-manager.io/inject-ca-from";
