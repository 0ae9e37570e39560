// Discovery in, plan and its preview lines out. Pure: no clock, no network, no environment; the same discovery always gives the same lines.
import type { Handover } from "../../common/enums";
import type { ServiceAccountTrust } from "../../common/iam/trustPolicy";
import type { AddonStatus, ObjectRef, TaggedResource } from "../ports/world";

/** The steps of a move, in order. */
export enum MigrationStep {
    /** One mover per release. */
    Lock = "lock",
    /** Keep a copy of everything that may change. */
    BackUp = "backUp",
    /** Give every service account of the add-on a role. */
    Identities = "identities",
    /** Tag what the models own, so that the operator's policy reaches it. */
    Tag = "tag",
    /** Install dependencies that are missing. */
    Prerequisites = "prerequisites",
    /** Give the add-on's Services their names, with Helm's pods behind them. Only where a controller hands over without a pause. */
    Bridge = "bridge",
    /** Send requests to the add-on's Services, which Helm's pods answer. Only where a controller hands over without a pause. */
    Redirect = "redirect",
    /** Stop Helm's controllers; of a move without a pause those that cannot hand over. */
    ScaleDown = "scaleDown",
    /** Install the add-on and wait until it is available. */
    Install = "install",
    /** Let the add-on's pods answer and lead, and stop Helm's. Only where a controller hands over without a pause. */
    HandOver = "handOver",
    /** See that models and webhooks are as they were. */
    Verify = "verify",
    /** Remove what only Helm used, and its ownership marks. */
    RetireHelm = "retireHelm",
    /** Move the dependencies that Helm installed. */
    Dependencies = "dependencies",
    /** Complete the journal and release the lock. */
    Finish = "finish",
}

export interface PlannedObject extends ObjectRef {
    /** Add-on whose profile the object belongs to. */
    readonly part: string;
    /** Fields whose owner changes from Helm to EKS when the add-on applies its own form, from `managedFields`. */
    readonly helmFields?: number;
}

export interface PlannedController {
    /** "operator", "load balancer controller", … */
    readonly component: string;
    readonly workload: ObjectRef;
    readonly replicas: number;
}

export interface CustomResourceKind {
    readonly crd: string;
    readonly group: string;
    readonly kind: string;
    readonly plural: string;
    readonly storageVersion: string;
    readonly servedVersions: readonly string[];
    readonly count: number;
}

export enum IdentityTreatment {
    /** The user passed a role; it is left as it is. */
    Given = "given",
    /** The Helm role goes on, with one more trust statement where it needs one. */
    Reused = "reused",
    /** A copy with a name or a trust policy that the Helm role cannot have. */
    Cloned = "cloned",
}

export interface PlannedIdentity {
    readonly key: string;
    readonly title: string;
    readonly treatment: IdentityTreatment;
    /** The role that the add-on gets. */
    readonly roleArn: string;
    readonly roleName: string;
    /** The role that is copied. */
    readonly source?: string;
    /** Why it is copied. */
    readonly why?: string;
    /** Trust that the role must have. */
    readonly trust?: ServiceAccountTrust;
    /** Inline policy for buckets that the managed policy does not cover. */
    readonly bucketPolicy?: { readonly name: string; readonly document: string };
}

export interface PlannedTag {
    readonly resource: TaggedResource;
    /** The custom resource it belongs to, "InferenceEndpointConfig team-a/llama8b". */
    readonly owner: string;
    /** Value of the tag's key that is overwritten. */
    readonly overwrites?: string;
}

export interface PlannedTags {
    readonly tag: { readonly key: string; readonly value: string };
    readonly resources: readonly PlannedTag[];
}

export enum DependencyTreatment {
    /** Missing altogether: installed as an add-on before the operator moves. */
    Install = "install",
    /** Part of the release: becomes an add-on of its own. */
    Move = "move",
    LeftAlone = "leftAlone",
}

export interface PlannedDependency {
    readonly key: string;
    readonly title: string;
    readonly treatment: DependencyTreatment;
    /** For people. */
    readonly why: string;
    readonly addonName: string;
    readonly version?: string;
    readonly configurationValues?: string;
    /** Key of the identity whose role the add-on runs under. */
    readonly identity?: string;
    /** Names of the add-ons that work before this one is begun, because it uses resources of theirs; all others go beside it. */
    readonly after?: readonly string[];
    /** Kinds of requests that nobody answers from EKS's apply until the add-on's pods are Ready. */
    readonly pauses?: readonly string[];
    /** Why they pause, a part of a sentence. */
    readonly whyPaused?: string;
    /** Over which Services they are led meanwhile; then none of them pauses. */
    readonly bridge?: ServicePair;
}

/** How one controller's requests and work go over to the add-on's. */
export interface PlannedHandover {
    /** `Auto` is decided by now. */
    readonly order: Handover.Seamless | Handover.Pause;
    /** What the user asked for. */
    readonly asked: Handover;
    readonly components: readonly ComponentHandover[];
}

export interface ComponentHandover {
    readonly component: string;
    /** Helm's Deployment. */
    readonly workload: ObjectRef;
    /** Seconds until new pods are Ready on real nodes: at least so long it is away when it pauses. */
    readonly startUpSeconds: number;
    /** How it hands over where the API server asks it for conversions. */
    readonly bridge?: ConversionBridge;
    /** How it hands over where the API server asks it on admission. Absent, as `bridge` is, when it pauses. */
    readonly admission?: AdmissionBridge;
    /** How it hands over where it signs for others, and these with it. */
    readonly shared?: SharedBridge;
    /** The component that signs for it and leads: both hand over together. */
    readonly goesWith?: string;
    /** Why it pauses, each a sentence; empty when it does not. */
    readonly why: readonly string[];
}

/** Requests for conversions reach Helm's pods under the name of the add-on's Service until its own serve. */
export interface ConversionBridge {
    /** The Service that the API server asks now. */
    readonly from: ObjectRef;
    /** The add-on's, which is not there yet. */
    readonly to: ObjectRef;
    /** Of cert-manager; its names follow the Services. */
    readonly certificate: ObjectRef;
    /** Names of the CRDs that are converted. */
    readonly crds: readonly string[];
    /** Decides which pod works; both generations stand for it. */
    readonly lease: ObjectRef;
}

/** Requests for admission reach Helm's pods under the name of the add-on's Service until its own serve. */
export interface AdmissionBridge {
    /** The Service that the API server asks now. */
    readonly from: ObjectRef;
    /** The add-on's, which is not there yet. */
    readonly to: ObjectRef;
    /** Holds what Helm's pods present; for the way they present a certificate for both names from it. */
    readonly secret: ObjectRef;
    /** Webhook configurations that ask the Service. */
    readonly configurations: readonly ObjectRef[];
    /** Decides which of Helm's pods works. */
    readonly lease: ObjectRef;
    /** Decides which of the add-on's works, in its namespace: held by the move until it is its turn. */
    readonly nextLease: ObjectRef;
    /** Nobody is asked for the seconds in which EKS applies the configurations. */
    readonly isBypassed: boolean;
}

/** Requests reach Helm's pods of several controllers, one of which signs for all and leads, under the names of the add-on's Services. Both generations have the same authority. */
export interface SharedBridge {
    /** The Service by which the others ask the one that leads. */
    readonly leading: ServicePair;
    /** Services that the API server asks, each with the add-on's, which is not there yet. */
    readonly services: readonly ServicePair[];
    /** Holds authority, key and certificate of Helm's. */
    readonly secret: ObjectRef;
    /** The same for the add-on's; not there yet. */
    readonly nextSecret: ObjectRef;
    /** Webhook configurations and aggregated APIs that ask the Services. */
    readonly references: readonly ObjectRef[];
    /** Decides which of Helm's pods leads. */
    readonly lease: ObjectRef;
    /** Decides which of the add-on's leads, in its namespace: held by the move until it is its turn. */
    readonly nextLease: ObjectRef;
}

/** A Service of Helm's, and the add-on's that takes its place. */
export interface ServicePair {
    readonly from: ObjectRef;
    readonly to: ObjectRef;
}

/** Everything a step needs to know of the move. Stored in the journal, so a resumed move follows the plan it began with. */
export interface Plan {
    readonly cluster: {
        readonly name: string;
        readonly region: string;
        readonly arn: string;
        readonly kubernetesVersion: string;
        /** Tells one cluster from a later one of its name. */
        readonly oidcIssuer?: string;
    };
    readonly profile: string;
    readonly release: {
        readonly name: string;
        readonly namespace: string;
        readonly revision: number;
        readonly status: string;
        readonly chart: string;
        readonly chartVersion: string;
        readonly operatorVersion: string;
        readonly records: readonly string[];
    };
    readonly addon: {
        readonly name: string;
        readonly namespace: string;
        readonly version: string;
        readonly whyVersion: string;
        /** JSON with sorted keys. */
        readonly configurationValues: string;
        /** The add-on that is there already. */
        readonly existing?: { readonly version: string; readonly status: AddonStatus };
    };
    readonly objects: readonly PlannedObject[];
    readonly controllers: readonly PlannedController[];
    readonly customResources: readonly CustomResourceKind[];
    readonly identities: readonly PlannedIdentity[];
    readonly tags: PlannedTags;
    readonly dependencies: readonly PlannedDependency[];
    /** Absent in a move that was begun by a version without it, and where a pause was asked for: every controller pauses. */
    readonly handover?: PlannedHandover;
    readonly leftAlone: readonly string[];
    /** Paths of settings of the release that the add-on cannot express. */
    readonly droppedSettings?: readonly string[];
    readonly warnings: readonly string[];
    readonly lines: readonly string[];
}

/** The plan before it is told to people. */
export type PlanDraft = Omit<Plan, "lines">;
