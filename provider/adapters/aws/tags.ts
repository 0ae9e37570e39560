// The port `Tags`, on the APIs of Elastic Load Balancing, ACM and S3.
import type * as acm from "@aws-sdk/client-acm";
import type * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type * as s3 from "@aws-sdk/client-s3";
import { type Gate, type LoadBalancer, TaggedKind, type TaggedResource, type Tags } from "../../ports/world";
import { openClient } from "./client";
import type { AwsSession } from "./session";

type TagSet = Readonly<Record<string, string>>;

/** DescribeTags takes at most 20 load balancers. */
const LOAD_BALANCERS_PER_CALL = 20;

export class AwsTags implements Tags {
    #clients: Promise<Clients> | undefined;

    constructor(
        readonly session: AwsSession,
        readonly gate: Gate,
    ) {}

    async read(resource: TaggedResource): Promise<Record<string, string> | undefined> {
        const { elb, acm, s3 } = await this.#open();
        try {
            switch (resource.kind) {
                case TaggedKind.LoadBalancer: {
                    const { TagDescriptions } = await elb.client.send(
                        new elb.sdk.DescribeTagsCommand({ ResourceArns: [resource.id] }),
                    );
                    return TagDescriptions?.[0] && tagsOf(TagDescriptions[0].Tags);
                }
                case TaggedKind.Certificate: {
                    const { Tags } = await acm.client.send(
                        new acm.sdk.ListTagsForCertificateCommand({ CertificateArn: resource.id }),
                    );
                    return tagsOf(Tags);
                }
                case TaggedKind.S3Object: {
                    const { TagSet } = await s3.client.send(
                        new s3.sdk.GetObjectTaggingCommand(objectOf(resource.id)),
                    );
                    return tagsOf(TagSet);
                }
            }
        } catch (error) {
            if (isAbsent(error)) return undefined;
            throw error;
        }
    }

    async replace(resource: TaggedResource, tags: TagSet): Promise<void> {
        const before = (await this.read(resource)) ?? {};
        const gone = Object.keys(before).filter((key) => !(key in tags));
        const changed = Object.entries(tags).filter(([key, value]) => before[key] !== value);
        if (gone.length === 0 && changed.length === 0) return;
        const { elb, acm, s3 } = await this.#open();
        const Tags = changed.map(([Key, Value]) => ({ Key, Value }));
        switch (resource.kind) {
            case TaggedKind.LoadBalancer:
                if (Tags.length > 0) {
                    await elb.client.send(new elb.sdk.AddTagsCommand({ ResourceArns: [resource.id], Tags }));
                }
                if (gone.length > 0) {
                    await elb.client.send(
                        new elb.sdk.RemoveTagsCommand({ ResourceArns: [resource.id], TagKeys: gone }),
                    );
                }
                return;
            case TaggedKind.Certificate:
                if (Tags.length > 0) {
                    await acm.client.send(
                        new acm.sdk.AddTagsToCertificateCommand({ CertificateArn: resource.id, Tags }),
                    );
                }
                if (gone.length > 0) {
                    // With a key alone, ACM removes the tag whatever its value.
                    await acm.client.send(
                        new acm.sdk.RemoveTagsFromCertificateCommand({
                            CertificateArn: resource.id,
                            Tags: gone.map((Key) => ({ Key })),
                        }),
                    );
                }
                return;
            case TaggedKind.S3Object:
                // S3 knows only the whole set.
                await s3.client.send(
                    new s3.sdk.PutObjectTaggingCommand({
                        ...objectOf(resource.id),
                        Tagging: { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
                    }),
                );
        }
    }

    async loadBalancers(): Promise<LoadBalancer[]> {
        const { elb } = await this.#open();
        const found: { arn: string; dnsName: string }[] = [];
        for await (const page of elb.sdk.paginateDescribeLoadBalancers({ client: elb.client }, {}))
            for (const { LoadBalancerArn, DNSName } of page.LoadBalancers ?? [])
                found.push({ arn: LoadBalancerArn ?? "", dnsName: DNSName ?? "" });
        const tags = new Map<string, Record<string, string>>();
        for (let start = 0; start < found.length; start += LOAD_BALANCERS_PER_CALL) {
            const ResourceArns = found.slice(start, start + LOAD_BALANCERS_PER_CALL).map(({ arn }) => arn);
            const { TagDescriptions } = await elb.client.send(
                new elb.sdk.DescribeTagsCommand({ ResourceArns }),
            );
            for (const { ResourceArn, Tags } of TagDescriptions ?? [])
                tags.set(ResourceArn ?? "", tagsOf(Tags));
        }
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

function isAbsent(error: unknown): boolean {
    return /NotFound|NoSuchKey|NoSuchBucket/.test((error as Error).name);
}
