// What the engine must know of one controller that moves from Helm to an add-on. Plain data and pure functions; nothing here talks to anything.
import type { KubernetesObject, ObjectRef } from "../ports/world";
import type { ControllerSigns } from "./controllerSigns";

export interface Profile {
    /** For people: "HyperPod inference operator". */
    readonly title: string;
    readonly addonName: string;
    readonly addonNamespace: string;
    /** How the names of the add-on's own cluster-wide objects begin. */
    readonly addonPrefix?: string;
    /** Names that only this add-on gives to its objects, wherever they are. */
    readonly addonNames?: RegExp;
    /** The chart, also when it is a dependency of an umbrella chart. */
    readonly chart: string;
    /** Whether an object of the release belongs to this profile. */
    owns(object: KubernetesObject): boolean;
    /** API groups of the custom resources that must outlive everything. */
    readonly customResourceGroups: readonly string[];
    /** API groups whose CRDs the add-on rewrites too. */
    readonly otherCustomResourceGroups: readonly string[];
    /** The only API groups of extensions that the add-on makes objects of; absent when it may be any. */
    readonly extensionGroups?: readonly string[];
    /** Its controllers, and how each is known; none where nobody has to be stopped for a move. */
    readonly controllers: readonly ControllerSigns[];
    /** Objects that the add-on uses although server-side apply leaves no trace of it in `managedFields`. */
    readonly sharedWithoutTrace: readonly ObjectRef[];
    /** What the add-on applies under names that somebody may have used before, whoever that is; EKS writes over it. Absent where the release has all of them. */
    readonly appliedByAddon?: readonly ObjectRef[];
    /** Secrets and the like that controllers write at run time and that an undo must bring back byte for byte, or take away when they were not there. `release` stands for the release namespace. */
    runtimeObjects(releaseNamespace: string): readonly ObjectRef[];
    /** Requests that are refused while no controller answers. */
    probes(context: ProbeContext): readonly Probe[];
    /** Writes of one custom resource as a user would make them; nothing is stored. */
    writeProbes?(crd: KubernetesObject, one: Pick<ObjectRef, "name" | "namespace">): readonly Probe[];
    /** IAM roles that the add-on's controllers run under. */
    readonly identities?: readonly ProfileIdentity[];
    /** AWS resources of the custom resources, and the tag without which the add-on may not use them. */
    readonly ownership?: ProfileOwnership;
    readonly needs?: ProfileNeeds;
    /** Settings of the public chart that equal the add-on's own defaults, by path; a vendored chart may have others baked in. */
    readonly publicDefaults?: Readonly<Record<string, unknown>>;
}

export interface ProfileIdentity {
    readonly key: string;
    /** For people: "execution role". */
    readonly title: string;
    /** Input property by which a user gives the role. */
    readonly property: string;
    /** Setting of the add-on that takes the role; absent when EKS takes it as `serviceAccountRoleArn`. */
    readonly setting?: string;
    /** Setting that says whether the controller runs at all; absent means always. */
    readonly enabledBy?: string;
    /** Service account of the add-on that must be trusted; absent when the move changes nothing about who assumes the role. */
    readonly serviceAccount?: { readonly namespace: string; readonly name: string };
    /** Values of the release that name the role; the first that is set counts. */
    readonly values: readonly string[];
    /** The Helm workload whose service account carries the role, by its component or its name; the account's annotation wins over the values. */
    readonly carrier?: { readonly component: string } | { readonly workload: RegExp };
    /** How the role's name must start. */
    readonly namePrefix?: string;
    /** A move without this role makes no sense, as long as `enabledBy` leaves the controller on. */
    readonly required: boolean;
    /** Setting whose `false` says that the controller gets its rights another way. */
    readonly neededUnless?: string;
    /** What a new role may do, where the component makes one from the profile: a policy that AWS maintains, or a document. */
    readonly permissions?:
        | { readonly managedPolicy: string }
        | { document(partition: string, modelBucketArns: readonly string[] | undefined): object };
    /** The role reads and writes the models' TLS buckets. */
    readonly usesBuckets?: boolean;
}

export interface ProfileOwnership {
    readonly tag: { readonly key: string; readonly value: string };
    /** What a custom resource names as its own in its status and spec. */
    resourcesOf(customResource: KubernetesObject): OwnedResources;
    /** What the ingresses are called that the controller makes for a custom resource where owner references cannot reach. */
    ingressesOf(
        customResource: KubernetesObject,
    ): readonly { readonly namespace: string; readonly name: string }[];
    /** Buckets whose names start so need no policy of their own. */
    readonly coveredBuckets: string;
}

export interface OwnedResources {
    readonly certificates: readonly string[];
    /** Certificates that the user brought along: never the controller's, whatever refers to them. */
    readonly usersCertificates: readonly string[];
    readonly s3Objects: readonly { readonly bucket: string; readonly key: string }[];
    readonly buckets: readonly string[];
    /** Hosts of load balancers that the controller wrote into the status. */
    readonly hosts: readonly string[];
}

export interface ProfileNeeds {
    /** Free pod slots on nodes that the add-on can run on. */
    readonly podSlots: number;
    readonly nodeLabels: Readonly<Record<string, string>>;
    /** Why a custom resource must not be disturbed now; undefined when it may. */
    busy(customResource: KubernetesObject): string | undefined;
}

export interface ProbeContext {
    /** CRDs of `customResourceGroups` as they are served now. */
    readonly customResourceDefinitions: readonly KubernetesObject[];
    readonly namespace: string;
}

export interface Probe {
    /** Kind of request, for people and for `pausedSeconds`. */
    readonly request: string;
    readonly method: "GET" | "POST" | "PATCH";
    readonly path: string;
    readonly body?: unknown;
}
