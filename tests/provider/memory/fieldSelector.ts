// A field selector as the API server evaluates it: `a.b=c` and `a.b!=c`, all of which must hold. Pure.
import type { KubernetesObject } from "../../../provider/ports/world";

export function fitsFields(object: KubernetesObject, selector = ""): boolean {
    return selector
        .split(",")
        .filter(Boolean)
        .every((term) => {
            const [, path = "", negation, value] = /^([\w.]+)(!?)=(.*)$/.exec(term) ?? [];
            const found = path
                .split(".")
                .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
            return (String(found ?? "") === value) === (negation === "");
        });
}
