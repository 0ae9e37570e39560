// In: Ready pods of controllers of which one leads. Out: their Leases, written as client-go writes them, and a record of who led when. Off until a test asks for it: then every such pod that is Ready acts.
import { type ApiClient, isStatus } from "../apiClient";
import { runsImage } from "../images";
import { isAnswering } from "../kubelets";
import type { KubeObject, Pod } from "../objectTypes";
import {
    Candidate,
    LEASE_SECONDS,
    type LeaseSpec,
    type NextWrite,
    RETRY_MS,
    type SeenLease,
} from "./candidate";
import { Leadership } from "./leadership";

/** Names of Leases by image; each is in the pod's namespace. */
export const LEASES: Record<string, string> = {
    "hyperpod-inference-operator": "e7d9c1a4.sagemaker.amazonaws.com",
    "aws-load-balancer-controller": "aws-load-balancer-controller-leader",
    "keda-operator": "operator.keda.sh",
};
/** How often who acts is looked at. */
const LOOK_MS = 200;

type Lease = KubeObject & { spec?: LeaseSpec };

export interface ElectionsOptions {
    client: ApiClient;
    /** All pods, also those that end. */
    pods: () => Pod[];
    now: () => number;
    report: (problem: string) => void;
    /** Called when another pod acts. */
    onChange: () => void;
}

export class Elections {
    readonly leadership = new Leadership();
    private readonly candidates = new Map<string, Candidate>();
    private readonly triedAt = new Map<string, number>();
    private timer: NodeJS.Timeout | undefined;
    private looking: Promise<void> | undefined;
    private lastActing = "";

    constructor(private readonly options: ElectionsOptions) {}

    get isOn(): boolean {
        return this.timer !== undefined;
    }

    start(): void {
        this.timer ??= setInterval(() => {
            this.looking ??= this.look().finally(() => {
                this.looking = undefined;
            });
        }, LOOK_MS);
        this.timer.unref();
    }

    async stop(): Promise<void> {
        clearInterval(this.timer);
        this.timer = undefined;
        await this.looking;
    }

    /** Whether this pod may do what only a leader does. */
    acts(pod: Pod): boolean {
        if (!this.isOn) return true;
        return this.candidates.get(pod.metadata.uid ?? "")?.acts(this.options.now()) === true;
    }

    private async look(): Promise<void> {
        const { pods, now, report, onChange } = this.options;
        const all = pods();
        const living = new Set(all.map(({ metadata }) => metadata.uid ?? ""));
        for (const uid of this.candidates.keys()) if (!living.has(uid)) this.candidates.delete(uid);
        for (const [image, lease] of Object.entries(LEASES)) {
            const running = all.filter((pod) => runsImage(pod, image));
            try {
                for (const pod of running.filter(isAnswering)) await this.takePart(pod, lease);
            } catch (error) {
                // Nobody renews; leaders act until their deadline, as when the API server is away.
                report(`leader election ${lease}: ${(error as Error).message}`);
            }
            const acting = running.filter((pod) => this.acts(pod)).map(placeOf);
            this.leadership.update(image, acting, now());
        }
        const acting = this.leadership.acting.filter(({ until }) => until === undefined);
        const told = JSON.stringify(acting);
        if (told !== this.lastActing) onChange();
        this.lastActing = told;
    }

    private async takePart(pod: Pod, name: string): Promise<void> {
        const { client, now } = this.options;
        const { uid = "", namespace = "" } = pod.metadata;
        if (now() - (this.triedAt.get(uid) ?? 0) < RETRY_MS) return;
        this.triedAt.set(uid, now());
        const candidate = this.candidates.get(uid) ?? new Candidate(`${pod.metadata.name}_${uid}`);
        this.candidates.set(uid, candidate);
        const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
        const live = await readLease(client, `${path}/${name}`);
        const next = candidate.next(live && seen(live), now());
        if (next === undefined) return;
        const spec = specFor(candidate, next, live?.spec, now());
        const lease = {
            apiVersion: "coordination.k8s.io/v1",
            kind: "Lease",
            metadata: { name, namespace },
            spec,
        };
        try {
            if (live === undefined) await client.call({ method: "POST", path, body: lease });
            else await client.call({ method: "PUT", path: `${path}/${name}`, body: { ...live, spec } });
            candidate.wrote(now());
        } catch (error) {
            // Another one was quicker.
            if (!isStatus(error, 404, 409)) throw error;
        }
    }
}

async function readLease(client: ApiClient, path: string): Promise<Lease | undefined> {
    try {
        return await client.call<Lease>({ path });
    } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
    }
}

function seen({ metadata, spec = {} }: Lease): SeenLease {
    return { version: metadata.resourceVersion ?? "", spec };
}

function specFor({ identity }: Candidate, next: NextWrite, live: LeaseSpec = {}, now: number): LeaseSpec {
    const time = `${new Date(now).toISOString().slice(0, -1)}000Z`;
    if (next === "renew") return { ...live, renewTime: time };
    return {
        holderIdentity: identity,
        leaseDurationSeconds: LEASE_SECONDS,
        acquireTime: time,
        renewTime: time,
        leaseTransitions: next === "create" ? 0 : (live.leaseTransitions ?? 0) + 1,
    };
}

export function placeOf({ metadata }: Pod): string {
    return `${metadata.namespace}/${metadata.name}`;
}
