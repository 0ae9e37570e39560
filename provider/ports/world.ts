// The ports: everything a step may ask of the outside world, as interfaces. Implemented by adapters/ and by the tests' in-memory world.

/** Names one Kubernetes object. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
}

export interface ManagedFieldsEntry {
    manager?: string;
    operation?: string;
    apiVersion?: string;
    time?: string;
    subresource?: string;
    fieldsType?: string;
    fieldsV1?: unknown;
}

export interface OwnerReference {
    apiVersion: string;
    kind: string;
    name: string;
    uid: string;
    controller?: boolean;
    blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences?: OwnerReference[];
    managedFields?: ManagedFieldsEntry[];
    [key: string]: unknown;
}

/** A Kubernetes object as the API server sent it; never squeezed through a typed model, which would drop what it does not know. */
export interface KubernetesObject {
    apiVersion: string;
    kind: string;
    metadata: ObjectMeta;
    [key: string]: unknown;
}

/** Kubernetes objects of any kind. Reads answer `undefined` for an object that is not there; writes pass the gate first. */
export interface Objects {
    read(ref: ObjectRef): Promise<KubernetesObject | undefined>;
    /** As `read`, but only metadata is sent. */
    exists(ref: ObjectRef): Promise<boolean>;
    list(apiVersion: string, kind: string, options?: ListOptions): Promise<KubernetesObject[]>;
    /**
     * Objects of every kind that `manager` applied and that were created at or after `since` (the API server's time, ISO 8601).
     * Kinds that an extension serves and nobody answers for are named; a built-in kind that is not answered is an error.
     * Of the kinds of extensions those of `groups` alone are searched when they are given: a crowded cluster has hundreds of others.
     */
    createdBy(
        manager: string,
        since: string,
        groups?: readonly string[],
    ): Promise<{ readonly objects: KubernetesObject[]; readonly unanswered: readonly string[] }>;
    /** Answers the metadata it was stored with. */
    create(object: KubernetesObject): Promise<ObjectMeta>;
    /** Puts the object's content in place of the live one, on top of the live resource version. `form` says what that is over the live form which the write meets: somebody may have changed it since it was read. */
    replace(object: KubernetesObject, form?: (live: KubernetesObject) => KubernetesObject): Promise<void>;
    /** JSON merge patch; refused with 409 when it names another `metadata.resourceVersion` than the live one. Answers the metadata afterwards. */
    merge(ref: ObjectRef, patch: unknown): Promise<ObjectMeta>;
    /** Answers when the object is gone or is waiting for its finalizers. An absent object is no error. */
    remove(ref: ObjectRef, options?: RemoveOptions): Promise<void>;
    /** Whether this kind is served at all. */
    serves(apiVersion: string, kind: string): Promise<boolean>;
    /** Forgets what is known of the kinds served; needed after a CRD came or went. */
    rediscover(): void;
    /** The API server's clock, ISO 8601 with whole seconds. */
    serverTime(): Promise<string>;
    /** Calls a path as a client would and answers whether it was served. A refusal is an answer, not an error. */
    probe(request: ProbeRequest): Promise<ProbeAnswer>;
}

export interface RemoveOptions {
    /** Refused with 409 when the live object has another one. */
    readonly uid?: string;
    /** The same. */
    readonly resourceVersion?: string;
    /** Leaves what it owns. */
    readonly orphan?: boolean;
}

export interface ListOptions {
    readonly namespace?: string;
    readonly labelSelector?: string;
    readonly fieldSelector?: string;
    /** As the API server remembers it, perhaps seconds old: it need not read all of the kind for a selector. */
    readonly mayBeOld?: boolean;
    /** Only apiVersion, kind and metadata are sent. */
    readonly metadataOnly?: boolean;
}

export interface ProbeRequest {
    readonly method: "GET" | "POST" | "PATCH";
    readonly path: string;
    /** For POST, and for PATCH as a JSON merge patch: sent with `dryRun=All`, so nothing is stored. */
    readonly body?: unknown;
}

export interface ProbeAnswer {
    /** 0 when there was no answer. */
    readonly status: number;
    readonly message: string;
}

/** Deployments and DaemonSets. */
export interface Workloads {
    replicas(ref: ObjectRef): Promise<number | undefined>;
    scale(ref: ObjectRef, replicas: number): Promise<void>;
    /** Waits until no pod of the workloads is left. */
    waitGone(refs: readonly ObjectRef[], timeoutMs: number): Promise<void>;
    /** Waits until every workload has all its replicas available. */
    waitAvailable(refs: readonly ObjectRef[], timeoutMs: number): Promise<void>;
    status(ref: ObjectRef): Promise<WorkloadStatus | undefined>;
    /** One line per pod in the namespace that is not ready or could not be created, with its reason. */
    failingPods(namespace: string): Promise<string[]>;
    /** One line per Deployment in the namespace whose pods the API server refuses: by a policy, a quota, Pod Security. */
    refusedPods(namespace: string): Promise<string[]>;
    /** Deployments and DaemonSets in the namespace that EKS has applied and whose pods do not all run yet: "Deployment a/b". */
    startingOfEks(namespace: string): Promise<string[]>;
    /** What the API server would say to this number of replicas, by a dry run; undefined when it would take it, or when this principal may not ask. */
    refusedScale(ref: ObjectRef, replicas: number): Promise<string | undefined>;
    /** What the API server would say to a pod like the workload's in that namespace, by a dry run; undefined as above. */
    refusedPod(workload: KubernetesObject, namespace: string): Promise<string | undefined>;
}

export interface WorkloadStatus {
    readonly desired: number;
    readonly available: number;
    readonly upToDate: boolean;
}

export enum AddonStatus {
    Creating = "CREATING",
    Active = "ACTIVE",
    CreateFailed = "CREATE_FAILED",
    Updating = "UPDATING",
    Deleting = "DELETING",
    DeleteFailed = "DELETE_FAILED",
    Degraded = "DEGRADED",
    UpdateFailed = "UPDATE_FAILED",
}

export interface AddonIssue {
    readonly code: string;
    readonly message: string;
    readonly resourceIds: readonly string[];
}

export interface Addon {
    readonly name: string;
    readonly arn: string;
    readonly version: string;
    readonly status: AddonStatus;
    readonly issues: readonly AddonIssue[];
    readonly configurationValues: string;
    readonly serviceAccountRoleArn?: string;
    readonly tags: Readonly<Record<string, string>>;
}

export interface AddonRequest {
    readonly name: string;
    readonly version: string;
    readonly configurationValues?: string;
    readonly serviceAccountRoleArn?: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly token: string;
    /** What a creation does about objects that are there already. Defaults to OVERWRITE. */
    readonly resolveConflicts?: "NONE" | "OVERWRITE";
}

export interface AddonVersion {
    readonly version: string;
}

/** EKS add-ons of the cluster. */
export interface Addons {
    /** Names of all that the cluster has. */
    list(): Promise<readonly string[]>;
    describe(name: string): Promise<Addon | undefined>;
    /** Versions that the cluster's Kubernetes version can run, newest first. */
    versions(name: string): Promise<AddonVersion[]>;
    /** JSON schema of the configuration values; undefined when the version has none. */
    configurationSchema(name: string, version: string): Promise<Record<string, unknown> | undefined>;
    /** Answers the add-on that the same token made before, if it did. */
    create(request: AddonRequest): Promise<Addon>;
    update(request: AddonRequest, resolveConflicts: "OVERWRITE" | "PRESERVE"): Promise<string>;
    describeUpdate(
        name: string,
        updateId: string,
    ): Promise<{ status: string; errors: readonly AddonIssue[] }>;
    /** `preserve` keeps every object in the cluster. An absent add-on is no error. */
    remove(name: string, options: { preserve: boolean }): Promise<void>;
}

/** One revision of a Helm release, as its Secret says. */
export interface ReleaseRecord {
    readonly secretName: string;
    readonly revision: number;
    readonly status: string;
}

export interface Release {
    readonly name: string;
    readonly namespace: string;
    readonly revision: number;
    readonly status: string;
    readonly chart: string;
    readonly chartVersion: string;
    readonly appVersion: string;
    /** Names of the chart itself and of those right below it. */
    readonly charts: readonly string[];
    /** Other names under which charts inside are rendered and take their values, by the chart's name. */
    readonly aliases?: Readonly<Record<string, string>>;
    /** What the user set (`helm get values`), `{}` when nothing. */
    readonly values: Readonly<Record<string, unknown>>;
    /** What lay under the user's values when Helm rendered; after `helm upgrade --reuse-values` the user's former values are part of it. */
    readonly chartDefaults: Readonly<Record<string, unknown>>;
    /** Defaults as the chart itself brought them, as far as a record tells: absent when none does. */
    readonly pristineDefaults?: Readonly<Record<string, unknown>>;
    /** The manifest's objects; one without a namespace of its own has the release's, as Helm puts it. */
    readonly objects: readonly KubernetesObject[];
    /** Template that each object was rendered from, in the same order, as Helm notes it in the manifest. */
    readonly sources?: readonly (string | undefined)[];
    readonly records: readonly ReleaseRecord[];
    readonly labels: Readonly<Record<string, string>>;
}

export interface ReleaseFilter {
    readonly name?: string;
    readonly namespace?: string;
    /** Also those that a move has hidden from Helm; asked for by name. */
    readonly hiddenToo?: boolean;
}

/** Helm releases, read from and written to their records. */
export interface Releases {
    /** Newest revision of every release whose chart, or a chart inside, is called `chart`; of the named one when `name` is given. */
    find(chart: string, filter: ReleaseFilter): Promise<Release[]>;
    /** Takes away the label by which Helm finds the records; nothing else changes. */
    retire(namespace: string, secretNames: readonly string[]): Promise<void>;
    /** Puts the label back. */
    restore(namespace: string, secretNames: readonly string[]): Promise<void>;
}

export interface Clock {
    /** Milliseconds since the epoch; may be set while the process runs. */
    now(): number;
    /** Milliseconds since some moment; nobody sets it. Stands still while the machine sleeps. */
    monotonic(): number;
    sleep(milliseconds: number): Promise<void>;
    /** Does `work` again and again until the answered function is called; never keeps the process alive. */
    every(milliseconds: number, work: () => void): () => void;
}

export interface Log {
    /** Live progress in the resource's row; not kept. */
    progress(line: string): void;
    /** Kept under Diagnostics. */
    warn(line: string): void;
}

/** Stops a mover that must not write any more: lock lost, engine gone, interrupted. */
export interface Gate {
    /** A safe point: throws when the mover has to stop here. */
    check(): void;
    /** Lets one attempt of one write through, as soon as the lock is surely this mover's; throws when writing is no longer allowed. A retry asks again. */
    pass(): Promise<Pass>;
}

/** For one attempt of one write. */
export interface Pass {
    /** Aborted when the lock is lost, or was not renewed for so long that a rival may take it. */
    readonly signal: AbortSignal;
    /** Milliseconds after which the request must not take effect any more. */
    readonly validForMs: number;
    /** The last look before the first byte goes out. */
    isValid(): boolean;
}

/** What a certificate says. */
export interface CertificateFacts {
    readonly dnsNames: readonly string[];
    /** ISO 8601. */
    readonly notAfter: string;
    /** Signed by an authority that `issue` made. */
    readonly isOwn: boolean;
}

/** A private key with its certificate, both PEM. Never logged. */
export interface KeyPair {
    readonly certificate: string;
    readonly key: string;
}

export interface CertificateRequest {
    /** A certificate, PEM: subject and usages are taken from it, and it is not outlived. */
    readonly like: string;
    readonly dnsNames: readonly string[];
    /** The API server's time, ISO 8601. */
    readonly now: string;
    /** Who signs. Without, an authority is made for this one certificate, and its key is forgotten. */
    readonly authority?: KeyPair;
}

export interface IssuedCertificate extends KeyPair {
    /** Certificate of the authority, PEM. */
    readonly authority: string;
}

/** X.509 certificates: read, and signed in this process. Keeps nothing and calls nobody. */
export interface Certificates {
    /** Undefined when the text is no certificate. */
    read(certificate: string): CertificateFacts | undefined;
    issue(request: CertificateRequest): Promise<IssuedCertificate>;
}

export interface World {
    readonly objects: Objects;
    readonly workloads: Workloads;
    readonly addons: Addons;
    readonly releases: Releases;
    readonly identities: Identities;
    readonly tags: Tags;
    readonly certificates: Certificates;
    /** Absent where nobody restricts anybody. */
    readonly permissions?: Permissions;
    readonly clock: Clock;
    readonly log: Log;
}

export interface ClusterRight {
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
}

export interface AwsRight {
    readonly action: string;
    readonly resource: string;
}

/** What this principal may do. */
export interface Permissions {
    /** Asks the API server; true also when it cannot be asked. */
    allows(right: ClusterRight): Promise<boolean>;
    /** Rights that IAM's simulation refuses outright; none when this principal may not simulate. */
    deniedInAws(rights: readonly AwsRight[]): Promise<readonly AwsRight[]>;
}

/** An IAM role with everything that decides what it may do. */
export interface Role {
    readonly arn: string;
    readonly name: string;
    readonly path: string;
    /** The trust policy, exactly as IAM keeps it (decoded JSON text). */
    readonly trustPolicy: string;
    readonly attachedPolicies: readonly string[];
    /** Inline policies by name, as JSON text. */
    readonly inlinePolicies: Readonly<Record<string, string>>;
    readonly permissionsBoundary?: string;
    readonly maxSessionDuration: number;
    readonly tags: Readonly<Record<string, string>>;
    readonly description?: string;
}

/** IAM roles. Names, never paths, identify a role; ARNs with a path are understood everywhere. */
export interface Identities {
    readRole(arnOrName: string): Promise<Role | undefined>;
    /** Creates the role with its attached and inline policies; completes a half-made one that carries `ownerTag`. Waits until IAM shows it. */
    createRole(role: Omit<Role, "arn">, ownerTag: { key: string; value: string }): Promise<Role>;
    setTrustPolicy(roleName: string, document: string): Promise<void>;
    putInlinePolicy(roleName: string, policyName: string, document: string): Promise<void>;
    removeInlinePolicy(roleName: string, policyName: string): Promise<void>;
    /** Detaches and deletes everything of a role that carries `ownerTag`; a role without the tag is left alone. */
    deleteRole(roleName: string, ownerTag: { key: string; value: string }): Promise<void>;
    /** Characters that this account allows in a trust policy; undefined where this principal may not ask. */
    trustPolicyLimit(): Promise<number | undefined>;
    /** Whether an IAM OIDC provider exists for the issuer of the cluster. */
    oidcProviderArn(issuer: string): Promise<string | undefined>;
}

export enum TaggedKind {
    LoadBalancer = "loadBalancer",
    Certificate = "certificate",
    S3Object = "s3Object",
}

/** A resource that carries tags: an ARN, or `s3://bucket/key` for an S3 object. */
export interface TaggedResource {
    readonly kind: TaggedKind;
    readonly id: string;
}

export interface LoadBalancer {
    readonly arn: string;
    readonly dnsName: string;
    readonly tags: Readonly<Record<string, string>>;
}

/** Whose a bucket is, for people. */
export enum BucketOwner {
    ThisAccount = "belongs to this account",
    AnotherAccount = "belongs to another account",
    Nobody = "does not exist",
    /** Refused, or in another Region. */
    Unknown = "cannot be looked at",
}

/** Tags of load balancers, certificates and S3 objects, and the look-ups by which they are found. */
export interface SeenTags {
    readonly resource: TaggedResource;
    readonly tags: Readonly<Record<string, string>>;
}

export interface Tags {
    /** For a plan: what another plan of this process read within a minute may be handed on. Undefined for what does not exist. */
    look(resource: TaggedResource): Promise<Readonly<Record<string, string>> | undefined>;
    /** The tags of each as they are now, in their order; undefined for what does not exist. Asked for together where the service can. */
    readAll(resources: readonly TaggedResource[]): Promise<(Record<string, string> | undefined)[]>;
    /** Sets one tag on each and leaves all others, which the caller saw a moment ago; nothing where the resource does not exist. */
    put(seen: readonly SeenTags[], key: string, value: string): Promise<void>;
    /** Takes one tag away from each that carries it with this value; all else stays, and what does not exist is no error. */
    takeAway(resources: readonly TaggedResource[], key: string, value: string): Promise<void>;
    loadBalancers(): Promise<LoadBalancer[]>;
    bucketOwner(bucket: string, accountId: string): Promise<BucketOwner>;
}
