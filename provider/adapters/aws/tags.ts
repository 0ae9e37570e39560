// The port `Tags`, on the APIs of Elastic Load Balancing, ACM and S3.
import type * as acm from "@aws-sdk/client-acm";
import type * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type * as s3 from "@aws-sdk/client-s3";
import { mapConcurrently } from "../../../common/mapConcurrently";
import {
    type Gate,
    type LoadBalancer,
    type SeenTags,
    TaggedKind,
    type TaggedResource,
    type Tags,
} from "../../ports/world";
import { openClient } from "./client";
import type { AwsSession } from "./session";

type TagSet = Record<string, string>;

/** DescribeTags takes at most 20 load balancers. */
const LOAD_BALANCERS_PER_CALL = 20;

export class AwsTags implements Tags {
    #clients: Promise<Clients> | undefined;

    constructor(
        readonly session: AwsSession,
        readonly gate: Gate,
    ) {}

    async read(resource: TaggedResource): Promise<TagSet | undefined> {
        const [tags] = await this.readAll([resource]);
        return tags;
    }

    async readAll(resources: readonly TaggedResource[]): Promise<(TagSet | undefined)[]> {
        const balancers = resources.filter(({ kind }) => kind === TaggedKind.LoadBalancer);
        const ofBalancers = await this.#readBalancers(balancers.map(({ id }) => id));
        return mapConcurrently(resources, async ({ kind, id }) => {
            switch (kind) {
                case TaggedKind.LoadBalancer:
                    return ofBalancers.get(id);
                case TaggedKind.Certificate:
                    return unlessAbsent(() => this.#readCertificate(id));
                case TaggedKind.S3Object:
                    return unlessAbsent(() => this.#readS3Object(id));
            }
        });
    }

    async put({ resource: { kind, id }, tags }: SeenTags, Key: string, Value: string): Promise<void> {
        const { elb, acm } = await this.#open();
        const Tags = [{ Key, Value }];
        await unlessAbsent<unknown>(() => {
            switch (kind) {
                case TaggedKind.LoadBalancer:
                    return elb.client.send(new elb.sdk.AddTagsCommand({ ResourceArns: [id], Tags }));
                case TaggedKind.Certificate:
                    return acm.client.send(
                        new acm.sdk.AddTagsToCertificateCommand({ CertificateArn: id, Tags }),
                    );
                case TaggedKind.S3Object:
                    return this.#setS3Object(id, { ...tags, [Key]: Value });
            }
        });
    }

    async remove({ resource: { kind, id }, tags }: SeenTags, Key: string): Promise<void> {
        const { elb, acm } = await this.#open();
        await unlessAbsent<unknown>(() => {
            switch (kind) {
                case TaggedKind.LoadBalancer:
                    return elb.client.send(
                        new elb.sdk.RemoveTagsCommand({ ResourceArns: [id], TagKeys: [Key] }),
                    );
                case TaggedKind.Certificate:
                    // With a key alone, ACM removes the tag whatever its value.
                    return acm.client.send(
                        new acm.sdk.RemoveTagsFromCertificateCommand({ CertificateArn: id, Tags: [{ Key }] }),
                    );
                case TaggedKind.S3Object: {
                    const { [Key]: _, ...others } = tags;
                    return this.#setS3Object(id, others);
                }
            }
        });
    }

    async #readBalancers(arns: readonly string[]): Promise<ReadonlyMap<string, TagSet>> {
        if (arns.length === 0) return new Map();
        const { elb } = await this.#open();
        const ask = async (ResourceArns: string[]) => {
            const { TagDescriptions = [] } = await elb.client.send(
                new elb.sdk.DescribeTagsCommand({ ResourceArns }),
            );
            return TagDescriptions.map(({ ResourceArn = "", Tags }) => [ResourceArn, tagsOf(Tags)] as const);
        };
        const found = await mapConcurrently(groupsOf(arns, LOAD_BALANCERS_PER_CALL), async (group) => {
            const together = await unlessAbsent(() => ask(group));
            // One that is gone makes the whole answer an error: then each is asked for by itself.
            return (
                together ??
                (await mapConcurrently(group, (arn) => unlessAbsent(() => ask([arn])))).flatMap(
                    (one) => one ?? [],
                )
            );
        });
        return new Map(found.flat());
    }

    async #readCertificate(CertificateArn: string): Promise<TagSet> {
        const { acm } = await this.#open();
        const { Tags } = await acm.client.send(new acm.sdk.ListTagsForCertificateCommand({ CertificateArn }));
        return tagsOf(Tags);
    }

    async #readS3Object(id: string): Promise<TagSet> {
        const { s3 } = await this.#open();
        const { TagSet } = await s3.client.send(new s3.sdk.GetObjectTaggingCommand(objectOf(id)));
        return tagsOf(TagSet);
    }

    /** S3 knows only the whole set. */
    async #setS3Object(id: string, tags: TagSet): Promise<void> {
        const { s3 } = await this.#open();
        const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        await s3.client.send(new s3.sdk.PutObjectTaggingCommand({ ...objectOf(id), Tagging: { TagSet } }));
    }

    async loadBalancers(): Promise<LoadBalancer[]> {
        const { elb } = await this.#open();
        const found: { arn: string; dnsName: string }[] = [];
        for await (const page of elb.sdk.paginateDescribeLoadBalancers({ client: elb.client }, {}))
            for (const { LoadBalancerArn, DNSName } of page.LoadBalancers ?? [])
                found.push({ arn: LoadBalancerArn ?? "", dnsName: DNSName ?? "" });
        const tags = await this.#readBalancers(found.map(({ arn }) => arn));
        return found.map((loadBalancer) => ({ ...loadBalancer, tags: tags.get(loadBalancer.arn) ?? {} }));
    }

    #open(): Promise<Clients> {
        this.#clients ??= openClients(this.session, this.gate);
        return this.#clients;
    }
}

interface Clients {
    readonly elb: { readonly sdk: typeof elb; readonly client: elb.ElasticLoadBalancingV2Client };
    readonly acm: { readonly sdk: typeof acm; readonly client: acm.ACMClient };
    readonly s3: { readonly sdk: typeof s3; readonly client: s3.S3Client };
}

async function openClients(session: AwsSession, gate: Gate): Promise<Clients> {
    const [elbSdk, acmSdk, s3Sdk] = await Promise.all([
        import("@aws-sdk/client-elastic-load-balancing-v2"),
        import("@aws-sdk/client-acm"),
        import("@aws-sdk/client-s3"),
    ]);
    return {
        elb: {
            sdk: elbSdk,
            client: openClient(elbSdk.ElasticLoadBalancingV2Client, session, "elbv2", gate),
        },
        acm: { sdk: acmSdk, client: openClient(acmSdk.ACMClient, session, "acm", gate) },
        s3: { sdk: s3Sdk, client: openClient(s3Sdk.S3Client, session, "s3", gate) },
    };
}

function tagsOf(
    tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Record<string, string> {
    return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

function objectOf(id: string): { Bucket: string; Key: string } {
    const [, Bucket = "", Key = ""] = /^s3:\/\/([^/]+)\/(.+)$/.exec(id) ?? [];
    return { Bucket, Key };
}

function groupsOf<T>(all: readonly T[], size: number): T[][] {
    return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
        all.slice(index * size, (index + 1) * size),
    );
}

/** Undefined when the resource does not exist. */
async function unlessAbsent<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
        return await call();
    } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
    }
}

function isAbsent(error: unknown): boolean {
    return /NotFound|NoSuchKey|NoSuchBucket/.test((error as Error).name);
}
