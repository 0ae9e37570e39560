// The port `Tags` of one mover, on simulated load balancers, certificates and S3 objects. Adding and taking away are two writes, but for S3.
import { mapConcurrently } from "../../../common/mapConcurrently";
import {
    BucketOwner,
    type Gate,
    type LoadBalancer,
    type SeenTags,
    TaggedKind,
    type TaggedResource,
    type Tags,
} from "../../../provider/ports/world";
import type { Data } from "./data";
import type { Mover } from "./mover";

/** As the real adapter has them on the wire, of all three services together. */
const AT_ONCE = 3 * 48;

export class MemoryTags implements Tags {
    constructor(
        readonly data: () => Data,
        readonly mover: Mover,
        readonly gate: Gate,
    ) {}

    look(resource: TaggedResource): Promise<Record<string, string> | undefined> {
        return this.#read(resource);
    }

    #read(resource: TaggedResource): Promise<Record<string, string> | undefined> {
        return this.mover.read(() => {
            const tags = this.data().tags.get(keyOf(resource));
            return tags && { ...tags };
        });
    }

    readAll(resources: readonly TaggedResource[]): Promise<(Record<string, string> | undefined)[]> {
        return Promise.all(resources.map((resource) => this.#read(resource)));
    }

    async put(seen: readonly SeenTags[], key: string, value: string): Promise<void> {
        await mapConcurrently(
            seen,
            ({ resource, tags }) =>
                this.#change(resource, (now) => ({ ...ofService(resource, now, tags), [key]: value })),
            AT_ONCE,
        );
    }

    async takeAway(resources: readonly TaggedResource[], key: string, value: string): Promise<void> {
        await mapConcurrently(
            resources,
            async (resource) => {
                // ACM compares by itself, so it is asked in any case.
                if (resource.kind !== TaggedKind.Certificate && (await this.#read(resource))?.[key] !== value)
                    return;
                await this.#change(resource, (now) => {
                    const { [key]: had, ...others } = now;
                    return had === value ? others : { ...now };
                });
            },
            AT_ONCE,
        );
    }

    loadBalancers(): Promise<LoadBalancer[]> {
        return this.mover.read(() =>
            [...this.data().loadBalancers].map(([arn, dnsName]) => ({
                arn,
                dnsName,
                tags: { ...this.data().tags.get(keyOf({ kind: TaggedKind.LoadBalancer, id: arn })) },
            })),
        );
    }

    bucketOwner(bucket: string): Promise<BucketOwner> {
        return this.mover.read(() => this.data().buckets.get(bucket) ?? BucketOwner.ThisAccount);
    }

    async #change(
        resource: TaggedResource,
        change: (tags: Readonly<Record<string, string>>) => Record<string, string>,
    ): Promise<void> {
        await this.mover.write(
            `tag ${resource.id}`,
            () => {
                const tags = this.data().tags.get(keyOf(resource));
                if (tags === undefined) return;
                const changed = change(tags);
                if (resource.kind === TaggedKind.S3Object && Object.keys(changed).length > 10)
                    throw Object.assign(new Error("Object tags cannot be greater than 10"), {
                        name: "BadRequest",
                    });
                this.data().tags.set(keyOf(resource), changed);
            },
            this.gate,
        );
    }
}

/** S3 knows only the whole set, so what was set since it was seen is lost. */
function ofService(
    { kind }: TaggedResource,
    now: Readonly<Record<string, string>>,
    seen: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
    return kind === TaggedKind.S3Object ? seen : now;
}

export function keyOf({ kind, id }: TaggedResource): string {
    return `${kind} ${id}`;
}
