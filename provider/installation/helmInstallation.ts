// What a discovery tells programs and change tickets, as plain JSON. Types only.

/** A Helm installation of the operator, what a move to the add-on would do with it, and what stands in the way. */
export interface HelmInstallation {
    /** The cluster that was looked at. */
    readonly cluster: FoundCluster;
    /** Releases that hold the operator's chart. A move needs exactly one; empty when there is none, or when it has moved already. */
    readonly releases: readonly FoundRelease[];
    /** The move that was begun on this cluster, if any: its journal is there. */
    readonly begunMove?: FoundMove;
    /** Controllers of the release that run now. */
    readonly controllers: readonly FoundController[];
    /** IAM roles of the release, or given in the arguments, and what a move would do with each. */
    readonly roles: readonly FoundRole[];
    /** Custom resources of the operator: the models. A move never touches them. */
    readonly models: readonly FoundModel[];
    /** CSI drivers, cert-manager and metrics-server: whose they are, and what a move would do with each. */
    readonly dependencies: readonly FoundDependencyFacts[];
    /** AWS resources of the models that a move would tag. */
    readonly resourcesToTag: readonly FoundTaggedResource[];
    /** The add-on: what is installed, and what a move would install. */
    readonly addon: FoundAddon;
    /** What a move leaves as it is, and whose it is, one sentence each. */
    readonly leftAlone: readonly string[];
    /** Paths of settings of the release that the add-on cannot express. */
    readonly unsupportedSettings: readonly string[];
    /** What people should know before a move, one sentence each. */
    readonly notes: readonly string[];
    /** The plan as `pulumi preview` shows it, one line per step; empty when none can be made. */
    readonly plan: readonly string[];
    /** IAM policies, JSON documents, that together allow what a move with this plan, its continuation and its undo call in AWS, and nothing else; each within the 6,144 characters of a managed policy. Empty when there is no plan. */
    readonly permissionsPolicies: readonly string[];
    /** Kubernetes objects, JSON of a List that `kubectl apply -f -` takes: a ClusterRole, and a Role in each namespace that the move writes in, bound to `permissionsGroup`; what this move, its continuation and its undo need, and no more. Absent when there is no plan. */
    readonly permissionsRoles?: string;
    /** Kubernetes group that those roles are bound to: map the principal that runs the move to it, with an EKS access entry. Absent when there is no plan. */
    readonly permissionsGroup?: string;
    /** Everything that stands in the way of a move. */
    readonly blockers: readonly FoundBlocker[];
    /** Whether a move could begin now: there is a plan, and nothing stands in its way. */
    readonly canMove: boolean;
}

export interface FoundCluster {
    /** Name of the EKS cluster. */
    readonly name: string;
    /** AWS region. */
    readonly region: string;
    /** ARN of the cluster. */
    readonly arn: string;
    /** Kubernetes version, for instance 1.34. */
    readonly kubernetesVersion: string;
    /** ARN of the IAM OIDC provider of the cluster; absent when it is missing. */
    readonly oidcProviderArn?: string;
}

export interface FoundRelease {
    /** Name of the Helm release. */
    readonly name: string;
    /** Namespace of the Helm release. */
    readonly namespace: string;
    /** Newest revision. */
    readonly revision: number;
    /** Status of that revision, for instance deployed. */
    readonly status: string;
    /** Name of the chart; another than the operator's own when that is a dependency of it. */
    readonly chart: string;
    /** Version of the chart. */
    readonly chartVersion: string;
    /** Version of the running operator. */
    readonly operatorVersion: string;
    /** What the user set, as `helm get values` shows it. May hold whatever was put there, secrets too. */
    readonly values: Readonly<Record<string, unknown>>;
    /** How many objects the release has. */
    readonly objects: number;
}

export interface FoundMove {
    /** Name of the Helm release that moves or has moved. */
    readonly release: string;
    /** Namespace of that release. */
    readonly namespace: string;
}

export interface FoundController {
    /** Which controller it is, for people. */
    readonly component: string;
    /** Namespace of its Deployment. */
    readonly namespace: string;
    /** Name of its Deployment. */
    readonly name: string;
    /** Replicas that are asked for. */
    readonly replicas: number;
}

export interface FoundRole {
    /** What the role is for, for people. */
    readonly title: string;
    /** Input property by which another role can be given. */
    readonly property: string;
    /** ARN of the role; absent when neither the release nor the arguments name one. */
    readonly arn?: string;
    /** What a move does: given, reused or cloned; absent when there is no plan or the role is not needed. */
    readonly treatment?: string;
    /** ARN that the add-on would get: another than `arn` when the role is cloned. */
    readonly arnAfterMove?: string;
    /** Why the role cannot be read or has to be copied. */
    readonly why?: string;
}

export interface FoundModel {
    /** Kind of the custom resource. */
    readonly kind: string;
    /** Its API version as stored. */
    readonly apiVersion: string;
    /** Namespace. */
    readonly namespace: string;
    /** Name. */
    readonly name: string;
    /** Unique identifier, which a move does not change. */
    readonly uid: string;
}

export interface FoundDependencyFacts {
    /** Key in the argument `dependencies`. */
    readonly key: string;
    /** For people. */
    readonly title: string;
    /** Whether the cluster has it. */
    readonly present: boolean;
    /** Whether it comes from this release. */
    readonly ofRelease: boolean;
    /** Who brought it otherwise, where that can be told. */
    readonly owner?: string;
    /** Version that runs, where that can be told. */
    readonly runningVersion?: string;
    /** What a move does: install, move or leftAlone; absent when there is no plan. */
    readonly treatment?: string;
    /** Why, for people. */
    readonly why?: string;
    /** Name of the EKS add-on. */
    readonly addonName: string;
    /** Version of the add-on that a move would install. */
    readonly addonVersion?: string;
}

export interface FoundTaggedResource {
    /** loadBalancer, certificate or s3Object. */
    readonly kind: string;
    /** ARN, or s3://bucket/key. */
    readonly id: string;
    /** The model it belongs to. */
    readonly model: string;
}

export interface FoundAddon {
    /** Name of the EKS add-on. */
    readonly name: string;
    /** Version that is installed now. */
    readonly installedVersion?: string;
    /** Status of the installed add-on. */
    readonly installedStatus?: string;
    /** Versions that this cluster can run, newest first. */
    readonly availableVersions: readonly string[];
    /** Version that a move would install; absent when none fits. */
    readonly chosenVersion?: string;
    /** Why that version. */
    readonly why?: string;
    /** Settings that a move would give it, as JSON with sorted keys. */
    readonly configurationValues?: string;
}

export interface FoundBlocker {
    /** Code, explained in docs/troubleshooting.md. */
    readonly code: string;
    /** Argument it belongs to. */
    readonly property: string;
    /** What stands in the way. */
    readonly what: string;
    /** What to do about it. */
    readonly remedy: string;
}
