// Old and new inputs come in; what differs, down to the resource's own properties, goes out as Pulumi's detailed diff.
import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { sameJson } from "../common/canonicalJson";
import type { Bag } from "../provider/pulumi/propertyBag";

/** Of inputs alone: a path of outputs would be shown as their deletion. */
export function diffAnswer(
    changes: boolean,
    olds: Bag,
    news: Bag,
    isAsked: (property: string) => boolean,
): DiffResponse {
    const answer = new DiffResponse();
    answer.setChanges(changes ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE);
    answer.setHasdetaileddiff(true);
    if (!changes) return answer;
    const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])]
        .filter(isAsked)
        .filter((property) => !sameJson(olds[property], news[property]));
    answer.setDiffsList(changed);
    for (const property of changed) {
        const difference = new PropertyDiff();
        const kind =
            olds[property] === undefined ? "ADD" : news[property] === undefined ? "DELETE" : "UPDATE";
        difference.setKind(PropertyDiff.Kind[kind]);
        difference.setInputdiff(true);
        answer.getDetaileddiffMap().set(property, difference);
    }
    return answer;
}
