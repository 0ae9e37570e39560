// A resource's properties, as any version of the package stored them, come in; the URN of its row in Pulumi's display goes out. Pure.
import type { Bag } from "./propertyBag";

/** The property's name in states of before: what begins with two underscores is shown in no display of Pulumi's. */
export const FORMER_PROGRESS_URN = "progressUrn";

export function rowOf(bag: Bag): string | undefined {
    const urn = bag.__progressUrn ?? bag[FORMER_PROGRESS_URN];
    return typeof urn === "string" ? urn : undefined;
}
