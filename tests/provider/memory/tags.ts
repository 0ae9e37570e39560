// The port `Tags` of one mover, on simulated load balancers, certificates and S3 objects. Adding and taking away are two writes, but for S3.
import {
    type Gate,
    type LoadBalancer,
    TaggedKind,
    type TaggedResource,
    type Tags,
} from "../../../provider/ports/world";
import type { Data } from "./data";
import type { Mover } from "./mover";

export class MemoryTags implements Tags {
    constructor(
        readonly data: () => Data,
        readonly mover: Mover,
        readonly gate: Gate,
    ) {}

    read(resource: TaggedResource): Promise<Record<string, string> | undefined> {
        return this.mover.read(() => {
            const tags = this.data().tags.get(keyOf(resource));
            return tags && { ...tags };
        });
    }

    async replace(resource: TaggedResource, tags: Readonly<Record<string, string>>): Promise<void> {
        const before = (await this.read(resource)) ?? {};
        const gone = Object.keys(before).filter((key) => !(key in tags));
        const added = Object.entries(tags).filter(([key, value]) => before[key] !== value);
        if (resource.kind === TaggedKind.S3Object) {
            if (Object.keys(tags).length > 10)
                throw Object.assign(new Error("Object tags cannot be greater than 10"), {
                    name: "BadRequest",
                });
            if (gone.length + added.length > 0) await this.#put(resource, () => ({ ...tags }));
            return;
        }
        if (added.length > 0) await this.#put(resource, (now) => ({ ...now, ...Object.fromEntries(added) }));
        if (gone.length > 0)
            await this.#put(resource, (now) =>
                Object.fromEntries(Object.entries(now).filter(([key]) => !gone.includes(key))),
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

    async #put(
        resource: TaggedResource,
        change: (tags: Readonly<Record<string, string>>) => Record<string, string>,
    ): Promise<void> {
        await this.mover.write(
            `tag ${resource.id}`,
            () => {
                const tags = this.data().tags.get(keyOf(resource));
                if (tags === undefined)
                    throw Object.assign(new Error(`${resource.id} not found`), { name: "NotFoundException" });
                this.data().tags.set(keyOf(resource), change(tags));
            },
            this.gate,
        );
    }
}

export function keyOf({ kind, id }: TaggedResource): string {
    return `${kind} ${id}`;
}
