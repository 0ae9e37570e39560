// Roles of the release in; rules that somebody changed past Helm, and that the add-on's own form does not have, out: one line each. Pure.
import type { Discovery } from "../discovery/discover";
import { keyOf, refTo } from "../kubernetes/objectRef";
import { isRole, rightsBeyond } from "../kubernetes/rbacRules";
import type { Release } from "../ports/world";
import type { PlannedObject } from "./plan";

const TOLD = 6;

/** `moving` says whether the add-on of this part brings its own form of the object. */
export function rulesByHand(
    release: Release,
    objects: readonly PlannedObject[],
    { live }: Pick<Discovery, "live">,
    moving: (part: string) => boolean,
): string[] {
    const parts = new Map(objects.map((object) => [keyOf(object), object.part]));
    return release.objects
        .filter((object) => isRole(object) && moving(parts.get(keyOf(refTo(object))) ?? ""))
        .flatMap((rendered) => {
            const now = live.get(keyOf(refTo(rendered)));
            // The rules of one that aggregates others are the cluster's own.
            if (now === undefined || "aggregationRule" in now) return [];
            const changes = [
                ...listed("adds", rightsBeyond(now, [rendered])),
                ...listed("takes away", rightsBeyond(rendered, [now])),
            ];
            const { namespace, name } = rendered.metadata;
            return changes.length === 0
                ? []
                : [
                      `somebody changed the rules of ${rendered.kind} ${namespace ? `${namespace}/` : ""}${name} past Helm (${changes.join("; ")}): lost, as the add-on brings its own form; the undo brings it back`,
                  ];
        })
        .sort();
}

function listed(verb: string, rights: readonly string[]): string[] {
    if (rights.length === 0) return [];
    const more = rights.length > TOLD ? ` and ${rights.length - TOLD} more` : "";
    return [`${verb} ${rights.slice(0, TOLD).join(", ")}${more}`];
}
