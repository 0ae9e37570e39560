// The URN under which a resource's progress is told, as a plain value: an Output would depend on the parent, and so on all the parent's children, the resource itself among them.
import * as pulumi from "@pulumi/pulumi";

export function progressUrn(
    name: string,
    type: string,
    parent: pulumi.Resource | undefined,
): Promise<string> {
    const urn = pulumi.createUrn(name, type, parent) as unknown as { promise(): Promise<string> };
    return urn.promise();
}
