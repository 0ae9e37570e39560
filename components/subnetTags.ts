// Subnets come in; those without the tag by which load balancers find them get it. A tag that is there is left alone.
import * as pulumi from "@pulumi/pulumi";
import type { HyperPodInferenceAddonArgs } from "./args";
import { aws } from "./aws";
import type { Cluster } from "./cluster";
import type { Scope } from "./componentScope";
import { known } from "./knownValue";
import { partMark } from "./ownerTag";
import type { ComponentPart } from "./partResult";
import { findSubnets, type Subnet } from "./subnets";

export async function subnetTags(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    cluster: pulumi.Output<Cluster>,
): Promise<ComponentPart> {
    if (args.tagSubnets === false) return { resources: [], adopted: [] };
    await scope.valuesChecked;
    const ids = args.loadBalancerSubnetIds ? pulumi.output(args.loadBalancerSubnetIds) : cluster.subnetIds;
    const where = scope.region === undefined ? pulumi.output({}) : pulumi.output({ region: scope.region });
    const facts = await known(pulumi.all([ids, scope.owner, where]));
    // How many there are is known only when the cluster is there; until then a preview cannot list them.
    if (!facts) return { resources: [], adopted: [] };
    const subnets = await findSubnets(scope, [...new Set(facts[0])].sort(), facts[2]);
    const parts = subnets.map((subnet) => tagOne(scope, facts[1], subnet, cluster));
    return {
        resources: parts.flatMap((part) => part.resources),
        adopted: parts.flatMap((part) => part.adopted),
    };
}

function tagOne(scope: Scope, owner: string, subnet: Subnet, cluster: pulumi.Output<Cluster>): ComponentPart {
    const key = subnet.isPublic ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb";
    const mark = partMark(subnet.isPublic ? "elb" : "internal-elb");
    if (subnet.tags[key] !== undefined && subnet.tags[mark] !== owner) {
        return { resources: [], adopted: [`tag ${key} of ${subnet.id}`] };
    }
    const name = `${scope.name}-${subnet.id}`;
    const resourceId = cluster.apply(() => subnet.id);
    const region = scope.region;
    const marked = new aws.ec2.Tag(
        `${name}-owner`,
        { resourceId, key: mark, value: scope.owner, region },
        scope.child(),
    );
    const tag = new aws.ec2.Tag(
        name,
        { resourceId, key, value: "1", region },
        scope.child({ dependsOn: [marked] }),
    );
    return { resources: [marked, tag], adopted: [] };
}
