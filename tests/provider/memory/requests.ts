// What users ask of the cluster all the time, asked at every change and at every moment at which something happens: which kinds are refused, how long, and why.
import type { KubernetesObject } from "../../../provider/ports/world";
import { ELECTED, Elections, runs } from "./elections";
import { type Endpoint, endpointsOf } from "./endpoints";
import { admissionProblem, apiServiceProblem, conversionProblem, serviceOf } from "./serving";
import type { Store } from "./store";

const EXTERNAL_METRICS = "v1beta1.external.metrics.k8s.io";

/** One kind of request; a sentence when it is refused now. */
type Ask = (store: Store) => string | undefined;

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
    looks = 0;

    constructor(readonly store: Store) {}

    look(): void {
        const { now } = this.store.data();
        this.looks += 1;
        for (const [kind, ask] of Object.entries(KINDS)) {
            const problem = ask(this.store);
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

    /** Kinds with seconds, for comparisons and messages. */
    seconds(): Record<string, number> {
        return Object.fromEntries(
            [...this.refused].map(([kind, { milliseconds }]) => [kind, milliseconds / 1000]),
        );
    }
}

/** KEDA's operator hands values out on its leader only; an adapter asks the one of its own namespace. */
function leaderProblem(store: Store): string | undefined {
    const service = serviceOf(store, EXTERNAL_METRICS);
    const elections = new Elections(
        store,
        () => store.data(),
        () => undefined,
    );
    const hasLeader = ({ metadata }: KubernetesObject) =>
        store
            .all("Pod", metadata.namespace)
            .some((pod) => runs(pod, "keda-operator") && elections.acts(pod, "keda-operator"));
    const adapters = service === undefined ? [] : endpointsOf(store, service).filter(isPod);
    const alone = adapters.find((adapter) => !hasLeader(adapter));
    return alone && `no ${ELECTED["keda-operator"]} leads in namespace ${alone.metadata.namespace}`;
}

function isPod(endpoint: Endpoint): endpoint is KubernetesObject {
    return typeof endpoint !== "string";
}

function first(problems: readonly (string | undefined)[]): string | undefined {
    return problems.find((problem) => problem !== undefined);
}
