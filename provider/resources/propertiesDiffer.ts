// Old and new properties of a resource come in, whether any of these differs goes out.
import { sameJson } from "../../common/canonicalJson";
import type { Bag } from "../pulumi/propertyBag";

export function differs(olds: Bag, news: Bag, properties: readonly string[]): boolean {
    return properties.some((property) => !sameJson(olds[property], news[property]));
}
