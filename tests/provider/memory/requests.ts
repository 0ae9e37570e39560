// What users ask of the cluster all the time, asked at every change and at every moment at which something happens: which kinds are refused, how long, and why.
import type { KubernetesObject } from "../../../provider/ports/world";
import { ELECTED, Elections } from "./elections";
import { type Endpoint, endpointsOf } from "./endpoints";
import {
    admissionProblem,
    apiServiceProblem,
    certificateProblem,
    conversionProblem,
    serviceOf,
} from "./serving";
import type { Store } from "./store";

const EXTERNAL_METRICS = "v1beta1.external.metrics.k8s.io";

/** One kind of request; a sentence when it is not answered now. */
type Ask = (store: Store) => string | undefined;

/** Who answers these waits for whom it asks itself; callers give up after this time. */
const PATIENCE_MS: Readonly<Record<string, number>> = { "values of external metrics": 10_000 };

const KINDS: Readonly<Record<string, Ask>> = {
    "models through the old version": (store) =>
        first(store.all("CustomResourceDefinition").map((crd) => conversionProblem(store, crd))),
    "ingress creation": (store) => admissionProblem(store, "ingresses"),
    "target group bindings": (store) => admissionProblem(store, "targetgroupbindings"),
    "scaled objects": (store) => admissionProblem(store, "scaledobjects"),
    "external metrics": (store) => apiServiceProblem(store, EXTERNAL_METRICS),
    "values of external metrics": (store) =>
        apiServiceProblem(store, EXTERNAL_METRICS) ?? leaderProblem(store),
};

export interface Refused {
    /** Looks at which it was refused: also between two writes that took no time. */
    looks: number;
    milliseconds: number;
    since?: number;
    readonly reasons: Set<string>;
}

export class Requests {
    readonly refused = new Map<string, Refused>();
    /** How long an answer that came had to be waited for at most, milliseconds. */
    readonly late = new Map<string, number>();
    readonly #waitingSince = new Map<string, number>();
    looks = 0;

    constructor(readonly store: Store) {}

    look(): void {
        const { now } = this.store.data();
        this.looks += 1;
        for (const [kind, ask] of Object.entries(KINDS)) {
            const problem = this.#afterPatience(kind, ask(this.store), now);
            const known = this.refused.get(kind);
            if (known?.since !== undefined) known.milliseconds += now - known.since;
            if (problem === undefined) {
                if (known !== undefined) delete known.since;
                continue;
            }
            const entry = known ?? { looks: 0, milliseconds: 0, reasons: new Set<string>() };
            entry.looks += 1;
            entry.since = now;
            entry.reasons.add(problem);
            this.refused.set(kind, entry);
        }
    }

    /** Undefined as long as callers wait. */
    #afterPatience(kind: string, problem: string | undefined, now: number): string | undefined {
        const patience = PATIENCE_MS[kind];
        if (patience === undefined) return problem;
        const since = this.#waitingSince.get(kind);
        if (since !== undefined) this.late.set(kind, Math.max(this.late.get(kind) ?? 0, now - since));
        if (problem === undefined) this.#waitingSince.delete(kind);
        else this.#waitingSince.set(kind, since ?? now);
        return problem === undefined || now - (since ?? now) < patience ? undefined : problem;
    }

    /** Kinds with seconds, for comparisons and messages. */
    seconds(): Record<string, number> {
        return Object.fromEntries(
            [...this.refused].map(([kind, { milliseconds }]) => [kind, milliseconds / 1000]),
        );
    }
}

/** KEDA's operator hands values out on its leader only; an adapter asks the Service of its own namespace, and waits until one answers there whose certificate is for that name. */
function leaderProblem(store: Store): string | undefined {
    const service = serviceOf(store, EXTERNAL_METRICS);
    const adapters = service === undefined ? [] : endpointsOf(store, service).filter(isPod);
    return first(adapters.map(({ metadata }) => valuesProblem(store, metadata.namespace ?? "")));
}

function valuesProblem(store: Store, namespace: string): string | undefined {
    const service = store.raw({ apiVersion: "v1", kind: "Service", namespace, name: "keda-operator" });
    if (service === undefined) return `no Service keda-operator in namespace ${namespace}`;
    const elections = new Elections(
        store,
        () => store.data(),
        () => undefined,
    );
    const leaders = endpointsOf(store, service).filter(
        (one): one is KubernetesObject => isPod(one) && elections.acts(one, "keda-operator"),
    );
    if (leaders.length === 0) return `no ${ELECTED["keda-operator"]} leads behind ${namespace}/keda-operator`;
    return first(
        leaders.map((leader) => certificateProblem(store, { namespace, name: "keda-operator" }, leader)),
    );
}

function isPod(endpoint: Endpoint): endpoint is KubernetesObject {
    return typeof endpoint !== "string";
}

function first(problems: readonly (string | undefined)[]): string | undefined {
    return problems.find((problem) => problem !== undefined);
}
