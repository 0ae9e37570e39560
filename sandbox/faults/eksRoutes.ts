/** An EKS method and path come in; the operation and the names in the path go out. Unknown routes give `undefined`. */

const CLUSTER = "/clusters/{cluster}";
const ROUTES: readonly (readonly [method: string, template: string, operation: string])[] = [
    ["POST", "/clusters", "CreateCluster"],
    ["GET", "/clusters", "ListClusters"],
    ["GET", CLUSTER, "DescribeCluster"],
    ["DELETE", CLUSTER, "DeleteCluster"],
    ["POST", `${CLUSTER}/update-config`, "UpdateClusterConfig"],
    ["GET", `${CLUSTER}/updates`, "ListUpdates"],
    ["POST", `${CLUSTER}/updates`, "UpdateClusterVersion"],
    ["GET", `${CLUSTER}/updates/{update}`, "DescribeUpdate"],
    ["POST", `${CLUSTER}/addons`, "CreateAddon"],
    ["GET", `${CLUSTER}/addons`, "ListAddons"],
    ["GET", `${CLUSTER}/addons/{addon}`, "DescribeAddon"],
    ["DELETE", `${CLUSTER}/addons/{addon}`, "DeleteAddon"],
    ["POST", `${CLUSTER}/addons/{addon}/update`, "UpdateAddon"],
    ["GET", "/addons/supported-versions", "DescribeAddonVersions"],
    ["GET", "/addons/configuration-schemas", "DescribeAddonConfiguration"],
    ["POST", `${CLUSTER}/pod-identity-associations`, "CreatePodIdentityAssociation"],
    ["GET", `${CLUSTER}/pod-identity-associations`, "ListPodIdentityAssociations"],
    ["GET", `${CLUSTER}/pod-identity-associations/{association}`, "DescribePodIdentityAssociation"],
    ["POST", `${CLUSTER}/pod-identity-associations/{association}`, "UpdatePodIdentityAssociation"],
    ["DELETE", `${CLUSTER}/pod-identity-associations/{association}`, "DeletePodIdentityAssociation"],
    ["POST", `${CLUSTER}/access-entries`, "CreateAccessEntry"],
    ["GET", `${CLUSTER}/access-entries`, "ListAccessEntries"],
    ["GET", `${CLUSTER}/access-entries/{principal}`, "DescribeAccessEntry"],
    ["POST", `${CLUSTER}/access-entries/{principal}`, "UpdateAccessEntry"],
    ["DELETE", `${CLUSTER}/access-entries/{principal}`, "DeleteAccessEntry"],
    ["POST", `${CLUSTER}/access-entries/{principal}/access-policies`, "AssociateAccessPolicy"],
    ["GET", `${CLUSTER}/access-entries/{principal}/access-policies`, "ListAssociatedAccessPolicies"],
    ["DELETE", `${CLUSTER}/access-entries/{principal}/access-policies/{policy}`, "DisassociateAccessPolicy"],
    ["GET", "/access-policies", "ListAccessPolicies"],
    ["GET", "/cluster-versions", "DescribeClusterVersions"],
    ["POST", `${CLUSTER}/insights`, "ListInsights"],
    ["GET", `${CLUSTER}/insights/{insight}`, "DescribeInsight"],
    ["POST", `${CLUSTER}/node-groups`, "CreateNodegroup"],
    ["GET", `${CLUSTER}/node-groups`, "ListNodegroups"],
    ["GET", `${CLUSTER}/node-groups/{nodegroup}`, "DescribeNodegroup"],
    ["DELETE", `${CLUSTER}/node-groups/{nodegroup}`, "DeleteNodegroup"],
    ["GET", "/tags/{arn}", "ListTagsForResource"],
    ["POST", "/tags/{arn}", "TagResource"],
    ["DELETE", "/tags/{arn}", "UntagResource"],
];

const COMPILED = ROUTES.map(([method, template, operation]) => ({
    method,
    operation,
    pattern: new RegExp(`^${template.replace(/\{\w+\}/g, "([^/]+)")}/?$`),
}));

export function eksOperation(
    method: string,
    path: string,
): { operation: string; names: string[] } | undefined {
    for (const route of COMPILED) {
        const match = route.method === method ? route.pattern.exec(path) : null;
        if (match) return { operation: route.operation, names: match.slice(1).map(decodeURIComponent) };
    }
    return undefined;
}
