// What the steps ask of the way on which controllers hand over, whatever the API server asks them for. Types only.
import type { ComponentHandover } from "../../plan/plan";
import type { ObjectRef } from "../../ports/world";
import type { Bridge } from "./bridge";

export interface Way {
    /** Those whose work goes over together. */
    readonly components: readonly ComponentHandover[];
    readonly bridges: readonly Bridge[];
    /** The one of them over which the add-on's ask the one that leads; absent where nobody asks it. */
    readonly leading?: Bridge;
    /** What `build` makes and the add-on takes over: in the end nothing but its UID tells who made it. */
    readonly made: readonly ObjectRef[];
    /** By which one of Helm's pods leads. */
    readonly lease: ObjectRef;
    /** By which one of the add-on's will; the same where both generations stand for one. */
    readonly nextLease: ObjectRef;

    /** The bridges, and what the add-on's pods need to get Ready beside Helm's. Nobody asks them yet. Writes nothing where it is there. */
    build(): Promise<void>;
    /** Requests go to the add-on's Services, which Helm's pods answer. Safe to do again. `meanwhile` runs at every look. */
    redirect(meanwhile: () => Promise<unknown>): Promise<void>;
    /** Right before EKS is asked to apply the add-on. */
    beforeApply(): Promise<void>;
    /** Keeps the bridge on pods that move. */
    follow(): Promise<unknown>;
    /** To be called again and again while Helm's pods serve over the bridge: pods move, and EKS writes over what is trusted. */
    keepUp(): Promise<void>;
    /** Once no slice leads to Helm's pods any more: the API server lets go of its connections to them, where a request that meets their end would be refused. */
    letConnectionsGo(): Promise<void>;
    /** Helm's pods run and get all requests when this ends; the add-on's may run beside them, and lead as long as they do. Writes nothing where everything is as it was. */
    turnBack(): Promise<void>;
    /** The add-on's lead: nothing is left of what was only for the way. */
    leave(): Promise<void>;
    /** Whether requests are still sent to this Service, by what sends them. */
    isAsked(service: ObjectRef): Promise<boolean>;
    /** What the cluster still shows of `redirect`, a line each. */
    traces(): Promise<readonly string[]>;
}
