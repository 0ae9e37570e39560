// The port `Tags`, on the APIs of Elastic Load Balancing, ACM and S3.
import type * as acm from "@aws-sdk/client-acm";
import type * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type * as s3 from "@aws-sdk/client-s3";
import { mapConcurrently } from "../../../common/mapConcurrently";
import {
    type BucketOwner,
    type Gate,
    type LoadBalancer,
    type SeenTags,
    TaggedKind,
    type TaggedResource,
    type Tags,
} from "../../ports/world";
import { bucketOwner } from "./bucketOwner";
import { openClient } from "./client";
import type { AwsSession } from "./session";
import { lookOnce } from "./tagCache";

type TagSet = Record<string, string>;

/** What one request for tags of load balancers takes. ACM and S3 know none for several. */
const LOAD_BALANCERS_PER_CALL = 20;
/** Of each service: little data each, and what AWS throttles is sent again later. */
const AT_ONCE = 48;

export class AwsTags implements Tags {
    #clients: Promise<Clients> | undefined;

    constructor(
        readonly session: AwsSession,
        readonly gate: Gate,
    ) {}

    look(resource: TaggedResource): Promise<Readonly<TagSet> | undefined> {
        return lookOnce(`${this.session.region} ${resource.kind} ${resource.id}`, async () => {
            const [tags] = await this.readAll([resource]);
            return tags;
        });
    }

    async readAll(resources: readonly TaggedResource[]): Promise<(TagSet | undefined)[]> {
        const read = new Map<TaggedResource, TagSet | undefined>();
        const note = async (resource: TaggedResource, reading: Promise<TagSet>) => {
            read.set(resource, await unlessAbsent(() => reading));
        };
        const { balancers, certificates, s3Objects } = byKind(resources);
        const [ofBalancers] = await Promise.all([
            this.#readBalancers(balancers.map(({ id }) => id)),
            mapConcurrently(certificates, (one) => note(one, this.#readCertificate(one.id)), AT_ONCE),
            mapConcurrently(s3Objects, (one) => note(one, this.#readS3Object(one.id)), AT_ONCE),
        ]);
        return resources.map((resource) =>
            resource.kind === TaggedKind.LoadBalancer ? ofBalancers.get(resource.id) : read.get(resource),
        );
    }

    async put(seen: readonly SeenTags[], Key: string, Value: string): Promise<void> {
        const { elb, acm } = await this.#open();
        const Tags = [{ Key, Value }];
        const { balancers, certificates, s3Objects } = byKind(seen.map(({ resource }) => resource));
        const seenOf = new Map(seen.map(({ resource, tags }) => [resource, tags]));
        await Promise.all([
            this.#eachGroup(balancers, (ResourceArns) =>
                elb.client.send(new elb.sdk.AddTagsCommand({ ResourceArns, Tags })),
            ),
            each(certificates, ({ id: CertificateArn }) =>
                acm.client.send(new acm.sdk.AddTagsToCertificateCommand({ CertificateArn, Tags })),
            ),
            each(s3Objects, (one) => this.#setS3Object(one.id, { ...seenOf.get(one), [Key]: Value })),
        ]);
    }

    async takeAway(resources: readonly TaggedResource[], Key: string, Value: string): Promise<void> {
        const { balancers, certificates, s3Objects } = byKind(resources);
        await Promise.all([
            this.#takeFromBalancers(balancers, Key, Value),
            this.#takeFromCertificates(certificates, Key, Value),
            each(s3Objects, async ({ id }) => {
                const { [Key]: value, ...others } = await this.#readS3Object(id);
                if (value === Value) await this.#setS3Object(id, others);
            }),
        ]);
    }

    async #takeFromBalancers(
        balancers: readonly TaggedResource[],
        Key: string,
        Value: string,
    ): Promise<void> {
        if (balancers.length === 0) return;
        const { elb } = await this.#open();
        const tags = await this.#readBalancers(balancers.map(({ id }) => id));
        await this.#eachGroup(
            balancers.filter(({ id }) => tags.get(id)?.[Key] === Value),
            (ResourceArns) =>
                elb.client.send(new elb.sdk.RemoveTagsCommand({ ResourceArns, TagKeys: [Key] })),
        );
    }

    /** With a value, ACM takes a tag away only where it has that one: no look is needed. */
    async #takeFromCertificates(
        certificates: readonly TaggedResource[],
        Key: string,
        Value: string,
    ): Promise<void> {
        if (certificates.length === 0) return;
        const { acm } = await this.#open();
        await each(certificates, ({ id: CertificateArn }) =>
            acm.client.send(
                new acm.sdk.RemoveTagsFromCertificateCommand({ CertificateArn, Tags: [{ Key, Value }] }),
            ),
        );
    }

    /** One that is gone makes the whole request an error: then each is asked for by itself. */
    async #eachGroup(
        balancers: readonly TaggedResource[],
        send: (arns: string[]) => Promise<unknown>,
    ): Promise<void> {
        const arns = balancers.map(({ id }) => id);
        await mapConcurrently(groupsOf(arns, LOAD_BALANCERS_PER_CALL), async (group) => {
            if ((await unlessAbsent(() => send(group))) === undefined)
                await mapConcurrently(group, (arn) => unlessAbsent(() => send([arn])));
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

    async bucketOwner(bucket: string, accountId: string): Promise<BucketOwner> {
        const { s3 } = await this.#open();
        return bucketOwner(s3.client, bucket, accountId);
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

function byKind(resources: readonly TaggedResource[]) {
    const of = (wanted: TaggedKind) => resources.filter(({ kind }) => kind === wanted);
    return {
        balancers: of(TaggedKind.LoadBalancer),
        certificates: of(TaggedKind.Certificate),
        s3Objects: of(TaggedKind.S3Object),
    };
}

/** For resources of a service that takes one at a time; one that is gone is left out. */
async function each(
    resources: readonly TaggedResource[],
    send: (resource: TaggedResource) => Promise<unknown>,
): Promise<void> {
    await mapConcurrently(resources, (resource) => unlessAbsent(() => send(resource)), AT_ONCE);
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
