// The state of the stack while a deployment runs: old resources, those finished in this run, pending operations. Written
// at the begin and at the end of every operation, so that a kill leaves what was going on. A preview never writes.
import type { Deployment, OperationType, PendingOperation, ResourceState } from "./state";

export type WriteDeployment = (resources: ResourceState[], pending: PendingOperation[]) => void;

export class Snapshot {
    private readonly finished: ResourceState[] = [];
    /** Old states that are replaced by a finished one or gone. */
    private readonly settled = new Set<ResourceState>();
    private pending: PendingOperation[];
    private dirty = false;
    private frozen = false;

    constructor(
        private base: ResourceState[],
        inherited: PendingOperation[],
        private readonly write: WriteDeployment,
    ) {
        // Only an unfinished create survives: the others are simply planned again from the old state.
        this.pending = inherited.filter((operation) => operation.type === "creating");
    }

    static of(deployment: Deployment | undefined, write: WriteDeployment): Snapshot {
        return new Snapshot(deployment?.resources ?? [], deployment?.pending_operations ?? [], write);
    }

    begin(type: OperationType, resource: ResourceState): PendingOperation {
        const operation = { resource: { ...resource }, type };
        this.pending.push(operation);
        this.save();
        return operation;
    }

    /** `old` leaves the state; `now`, if there is one, takes its place. */
    end(
        operation: PendingOperation | undefined,
        old: ResourceState | undefined,
        now: ResourceState | undefined,
    ): void {
        this.drop(operation);
        this.settle(old, now);
        this.save();
    }

    /** The operation failed and changed nothing that is known. */
    abandon(operation: PendingOperation | undefined): void {
        this.drop(operation);
        this.save();
    }

    /** As `end`, for an operation that called nobody; written with the next write when nothing changed. */
    settleQuietly(old: ResourceState, now: ResourceState, changed: boolean): void {
        this.settle(old, now);
        if (changed) {
            this.save();
        } else {
            this.dirty = true;
        }
    }

    save(): void {
        if (this.frozen) {
            return;
        }
        this.dirty = false;
        this.write(this.resources(), this.pending);
    }

    flush(): void {
        if (this.dirty) {
            this.save();
        }
    }

    /** After a second interrupt nothing is written any more. */
    freeze(): void {
        this.frozen = true;
    }

    /** After a refresh: from here on these are the old resources. */
    rebase(resources: ResourceState[]): void {
        this.base = resources;
        this.save();
    }

    clearPendingCreates(): void {
        this.pending = [];
        this.dirty = true;
    }

    resources(): ResourceState[] {
        const remaining = this.base.filter((resource) => !this.settled.has(resource));
        const kept = this.finished.filter((resource) => !this.settled.has(resource));
        return [...kept, ...remaining];
    }

    private settle(old: ResourceState | undefined, now: ResourceState | undefined): void {
        if (old) {
            this.settled.add(old);
        }
        if (now) {
            this.finished.push(now);
        }
    }

    private drop(operation: PendingOperation | undefined): void {
        this.pending = this.pending.filter((candidate) => candidate !== operation);
    }
}
