/** ACM and Elastic Load Balancing come in; certificates and load balancers with their tags go out. */
import {
    ACMClient,
    DescribeCertificateCommand,
    ListTagsForCertificateCommand,
    paginateListCertificates,
} from "@aws-sdk/client-acm";
import {
    DescribeTagsCommand,
    ElasticLoadBalancingV2Client,
    paginateDescribeLoadBalancers,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { all } from "./pages";
import { type ClientConfig, type Resource, resource } from "./resource";

/** DescribeTags takes no more at a time. */
const TAGS_AT_ONCE = 20;

export async function captureCertificates(config: ClientConfig): Promise<Resource[]> {
    const client = new ACMClient(config);
    const certificates = await all(
        paginateListCertificates({ client }, {}),
        (page) => page.CertificateSummaryList,
    );
    return Promise.all(
        certificates.map(async ({ CertificateArn }) => {
            const [described, tagged] = await Promise.all([
                client.send(new DescribeCertificateCommand({ CertificateArn })),
                client.send(new ListTagsForCertificateCommand({ CertificateArn })),
            ]);
            const content = { ...described.Certificate, Tags: tagged.Tags };
            return resource(`acm:Certificate ${CertificateArn}`, content);
        }),
    );
}

export async function captureLoadBalancers(config: ClientConfig): Promise<Resource[]> {
    const client = new ElasticLoadBalancingV2Client(config);
    const balancers = await all(paginateDescribeLoadBalancers({ client }, {}), (page) => page.LoadBalancers);
    const tags = await describeTags(
        client,
        balancers.map((balancer) => balancer.LoadBalancerArn ?? ""),
    );
    return balancers.map((balancer) => {
        const arn = balancer.LoadBalancerArn ?? "";
        return resource(`elasticloadbalancing:LoadBalancer ${arn}`, { ...balancer, Tags: tags.get(arn) });
    });
}

async function describeTags(
    client: ElasticLoadBalancingV2Client,
    arns: string[],
): Promise<Map<string, unknown>> {
    const tags = new Map<string, unknown>();
    for (let i = 0; i < arns.length; i += TAGS_AT_ONCE) {
        const ResourceArns = arns.slice(i, i + TAGS_AT_ONCE);
        const { TagDescriptions = [] } = await client.send(new DescribeTagsCommand({ ResourceArns }));
        for (const { ResourceArn, Tags } of TagDescriptions) tags.set(ResourceArn ?? "", Tags);
    }
    return tags;
}
