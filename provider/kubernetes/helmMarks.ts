// How Helm marks what is its own: objects of a release, and the Secrets that hold its records.
import type { KubernetesObject } from "../ports/world";

export const MANAGED_BY = "app.kubernetes.io/managed-by";
/** Value of MANAGED_BY on objects that Helm keeps. */
export const HELM = "Helm";
export const RELEASE_NAME = "meta.helm.sh/release-name";
export const RELEASE_NAMESPACE = "meta.helm.sh/release-namespace";

/** Helm finds the records of its releases by this label alone. */
export const RECORD_LABEL = "owner";
export const RECORD_LABEL_VALUE = "helm";

/** Selects the records of one release, retired ones among them. */
export function recordsSelector(release: string): string {
    return `name=${release}`;
}

/** Whether Helm keeps the object for this release. */
export function isOfRelease(
    { metadata }: Pick<KubernetesObject, "metadata">,
    release: { readonly name: string; readonly namespace: string },
): boolean {
    const { [RELEASE_NAME]: name, [RELEASE_NAMESPACE]: namespace } = metadata.annotations ?? {};
    return name === release.name && namespace === release.namespace;
}
