/** All pods come in again and again; when some pod was on its way in or out goes out: time that no mover can save. */
import { isAnswering } from "../kubernetes/kubelets";
import type { Pod } from "../kubernetes/objectTypes";
import type { Span } from "./observation";
import { Stopwatch } from "./stopwatch";

export class PodChanges {
    #changing = new Stopwatch();
    /** Pods that did not answer when the observation began: nobody waits for them. */
    #ignored: ReadonlySet<string> | undefined;

    update(pods: Pod[], at: number): void {
        const changing = pods.filter(isOnItsWay).map(({ metadata }) => metadata.uid ?? "");
        this.#ignored ??= new Set(changing);
        const ignored = this.#ignored;
        this.#changing.set(
            changing.some((uid) => !ignored.has(uid)),
            at,
        );
    }

    spans(at: number): Span[] {
        return this.#changing.spans(at);
    }
}

function isOnItsWay(pod: Pod): boolean {
    const isOver = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
    return pod.metadata.deletionTimestamp !== undefined || (!isOver && !isAnswering(pod));
}
