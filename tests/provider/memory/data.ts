// Everything there is in one simulated account and cluster, as immutable values in maps: a snapshot is a shallow copy.
import type {
    AddonIssue,
    AddonStatus,
    BucketOwner,
    KubernetesObject,
    Role,
} from "../../../provider/ports/world";
import { type Behaviour, SIMPLE } from "./behaviour";

export interface AddonWork {
    readonly kind: "create" | "update" | "delete";
    readonly startedAt: number;
    readonly preserve: boolean;
    /** How many of its objects were applied so far. */
    readonly applied: number;
    /** When they were applied last, where EKS does that again and again. */
    readonly appliedAt?: number;
    readonly updateId?: string;
    readonly mode: "OVERWRITE" | "PRESERVE";
}

export interface AddonRecord {
    readonly name: string;
    readonly version: string;
    readonly configurationValues: string;
    readonly serviceAccountRoleArn?: string;
    readonly status: AddonStatus;
    readonly issues: readonly AddonIssue[];
    readonly tags: Readonly<Record<string, string>>;
    readonly token: string;
    readonly work?: AddonWork;
    readonly updates: Readonly<Record<string, { status: string; errors: readonly AddonIssue[] }>>;
}

export type Outcome = "ACTIVE" | "CREATE_FAILED" | "DEGRADED" | "UPDATE_FAILED" | "NEVER";

/** An admission policy, a quota, Pod Security: a sentence for what it refuses. */
export type Policy = (object: KubernetesObject) => string | undefined;

/** One pod that acted: from when, and until when if it does not any more. */
export interface Acting {
    readonly image: string;
    readonly pod: string;
    readonly since: number;
    readonly until?: number;
}

/** What candidates saw of one Lease. */
export interface Observed {
    readonly version: string;
    /** When the record changed last, or its holder was last alive to renew it. */
    readonly changedAt: number;
    readonly retryAt: number;
}

export interface Data {
    now: number;
    counter: number;
    objects: Map<string, KubernetesObject>;
    /** When each pod becomes ready, or is gone. */
    podTimes: Map<string, { readonly readyAt: number; readonly goneAt?: number }>;
    /** Since when objects have no owner any more that they name, by UID. */
    ownerless: Map<string, number>;
    /** Certificates being issued: for which names, and when they are there. */
    issuing: Map<string, { readonly dnsNames: string; readonly at: number }>;
    /** What cert-manager signed last, by Certificate. */
    signed: Map<string, { readonly dnsNames: string; readonly certificate: string }>;
    addons: Map<string, AddonRecord>;
    outcomes: Map<string, Outcome>;
    roles: Map<string, Role>;
    /** Characters that the account allows in a trust policy; undefined when nobody may ask. */
    trustPolicyLimit: number | undefined;
    /** Tags by `kind id`. */
    tags: Map<string, Readonly<Record<string, string>>>;
    loadBalancers: Map<string, string>;
    /** Buckets that are not simply this account's. */
    buckets: Map<string, BucketOwner>;
    /** Images (parts of names) whose pods never become ready. */
    broken: Set<string>;
    /** Namespaces whose new pods find no node: all are full, or tainted. */
    withoutNodes: ReadonlySet<string>;
    policies: readonly Policy[];
    behaviour: Behaviour;
    /** The Secret as each pod sees it, where pods see changes late. */
    mounted: Map<string, { readonly secret: KubernetesObject; readonly nextAt?: number }>;
    /** UIDs of the pods that lead. */
    leaders: Set<string>;
    /** What candidates saw of each Lease. */
    observed: Map<string, Observed>;
    /** From when on the API server lets no pod write a Lease. */
    deniedSince: Map<string, number>;
    /** Who acted when, oldest first. */
    acts: Acting[];
    wakeUps: Set<number>;
    /** Keys of objects that nobody may ever delete. */
    guarded: Set<string>;
    /** What must never happen and did. */
    violations: string[];
}

export function emptyData(now: number): Data {
    return {
        now,
        counter: 1000,
        objects: new Map(),
        podTimes: new Map(),
        ownerless: new Map(),
        issuing: new Map(),
        signed: new Map(),
        addons: new Map(),
        outcomes: new Map(),
        roles: new Map(),
        trustPolicyLimit: 2048,
        tags: new Map(),
        loadBalancers: new Map(),
        buckets: new Map(),
        broken: new Set(),
        withoutNodes: new Set(),
        policies: [],
        behaviour: SIMPLE,
        mounted: new Map(),
        leaders: new Set(),
        observed: new Map(),
        deniedSince: new Map(),
        acts: [],
        wakeUps: new Set(),
        guarded: new Set(),
        violations: [],
    };
}

export function copyData(data: Data): Data {
    return {
        ...data,
        objects: new Map(data.objects),
        podTimes: new Map(data.podTimes),
        ownerless: new Map(data.ownerless),
        issuing: new Map(data.issuing),
        signed: new Map(data.signed),
        addons: new Map(data.addons),
        outcomes: new Map(data.outcomes),
        roles: new Map(data.roles),
        tags: new Map(data.tags),
        loadBalancers: new Map(data.loadBalancers),
        buckets: new Map(data.buckets),
        broken: new Set(data.broken),
        mounted: new Map(data.mounted),
        leaders: new Set(data.leaders),
        observed: new Map(data.observed),
        deniedSince: new Map(data.deniedSince),
        acts: [...data.acts],
        wakeUps: new Set(data.wakeUps),
        guarded: new Set(data.guarded),
        violations: [...data.violations],
    };
}
