/** EKS comes in; clusters with their add-ons, pod identity associations and access entries go out. */
import {
    DescribeAccessEntryCommand,
    DescribeAddonCommand,
    DescribeClusterCommand,
    DescribePodIdentityAssociationCommand,
    EKSClient,
    paginateListAccessEntries,
    paginateListAddons,
    paginateListAssociatedAccessPolicies,
    paginateListClusters,
    paginateListPodIdentityAssociations,
} from "@aws-sdk/client-eks";
import { all } from "./pages";
import { type ClientConfig, type Resource, resource, withoutUuid } from "./resource";

export async function captureEks(config: ClientConfig): Promise<Resource[]> {
    const client = new EKSClient(config);
    const clusters = await all(paginateListClusters({ client }, {}), (page) => page.clusters);
    const captures = clusters.flatMap((clusterName) => [
        captureCluster(client, clusterName),
        captureAddons(client, clusterName),
        capturePodIdentities(client, clusterName),
        captureAccessEntries(client, clusterName),
    ]);
    return (await Promise.all(captures)).flat();
}

async function captureCluster(client: EKSClient, name: string): Promise<Resource[]> {
    const { cluster } = await client.send(new DescribeClusterCommand({ name }));
    return [resource(`eks:Cluster ${name}`, cluster)];
}

async function captureAddons(client: EKSClient, clusterName: string): Promise<Resource[]> {
    const names = await all(paginateListAddons({ client }, { clusterName }), (page) => page.addons);
    return Promise.all(
        names.map(async (addonName) => {
            const { addon } = await client.send(new DescribeAddonCommand({ clusterName, addonName }));
            const podIdentityAssociations = addon?.podIdentityAssociations?.map(withoutUuid);
            const content = { ...addon, podIdentityAssociations, addonArn: withoutUuid(addon?.addonArn) };
            return resource(`eks:Addon ${clusterName}/${addonName}`, content, addon?.addonArn);
        }),
    );
}

async function capturePodIdentities(client: EKSClient, clusterName: string): Promise<Resource[]> {
    const pages = paginateListPodIdentityAssociations({ client }, { clusterName });
    const associations = await all(pages, (page) => page.associations);
    return Promise.all(
        associations.map(async ({ associationId }) => {
            const described = await client.send(
                new DescribePodIdentityAssociationCommand({ clusterName, associationId }),
            );
            const { associationArn, associationId: id, ...content } = described.association ?? {};
            const name = `${clusterName}/${content.namespace}/${content.serviceAccount}`;
            return resource(`eks:PodIdentityAssociation ${name}`, content, associationArn ?? id);
        }),
    );
}

async function captureAccessEntries(client: EKSClient, clusterName: string): Promise<Resource[]> {
    const principals = await all(
        paginateListAccessEntries({ client }, { clusterName }),
        (page) => page.accessEntries,
    );
    return Promise.all(
        principals.map(async (principalArn) => {
            const [{ accessEntry }, policies] = await Promise.all([
                client.send(new DescribeAccessEntryCommand({ clusterName, principalArn })),
                all(
                    paginateListAssociatedAccessPolicies({ client }, { clusterName, principalArn }),
                    (page) => page.associatedAccessPolicies,
                ),
            ]);
            const { accessEntryArn, ...entry } = accessEntry ?? {};
            const byArn = Object.fromEntries(
                policies.map((policy) => [policy.policyArn, policy.accessScope]),
            );
            const content = { ...entry, accessPolicies: byArn };
            return resource(`eks:AccessEntry ${clusterName}/${principalArn}`, content, accessEntryArn);
        }),
    );
}
