// URNs: built from stack, project, parent and type, and taken apart again. Pure text.

export const STACK_TYPE = "pulumi:pulumi:Stack";
const PROVIDER_PREFIX = "pulumi:providers:";

export function makeUrn(
    stack: string,
    project: string,
    parent: string | undefined,
    type: string,
    name: string,
): string {
    const parentType = parent ? qualifiedType(parent) : "";
    const qualified = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** The third part: the types of all parents joined by `$`, the resource's own last. */
export function qualifiedType(urn: string): string {
    return urn.split("::")[2] ?? "";
}

export function typeOf(urn: string): string {
    return qualifiedType(urn).split("$").at(-1) ?? "";
}

export function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::");
}

export function isProviderType(type: string): boolean {
    return type.startsWith(PROVIDER_PREFIX);
}

export function providerType(packageName: string): string {
    return PROVIDER_PREFIX + packageName;
}

export function isDefaultProvider(urn: string): boolean {
    return isProviderType(typeOf(urn)) && /^default(_|$)/.test(nameOf(urn));
}

/** `pulumi-nodejs:dynamic/x:Y` -> `pulumi-nodejs`; `pulumi:providers:aws` -> `aws`. */
export function packageOf(type: string): string {
    return type.startsWith(PROVIDER_PREFIX) ? type.slice(PROVIDER_PREFIX.length) : (type.split(":")[0] ?? "");
}

/** A provider reference is `<urn>::<id>`. */
export function parseReference(reference: string): { urn: string; id: string } {
    const at = reference.lastIndexOf("::");
    return { urn: reference.slice(0, at), id: reference.slice(at + 2) };
}
