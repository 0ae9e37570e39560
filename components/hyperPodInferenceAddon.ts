// The component: from a cluster's name to a running inference operator. Its constructor is the table of contents; the parts stand in files of their own.
import * as pulumi from "@pulumi/pulumi";
import { OPERATOR_NAMESPACE } from "../common/operatorNames";
import { pluginType } from "../provider/pulumi/packageHome";
import { connectionOf } from "./accessOfAwsProvider";
import type { HyperPodInferenceAddonArgs } from "./args";
import { aws } from "./aws";
import { childOptions } from "./childOptions";
import type { InferenceNodes } from "./childResources";
import { findCluster, findPlace } from "./cluster";
import type { Scope } from "./componentScope";
import { keepsHelmIdentity } from "./conditionalParts";
import { InferenceCluster } from "./healthResources";
import { installed, moved } from "./installOrMove";
import { interfaceEndpoints } from "./interfaceEndpoints";
import { withoutWarning } from "./knownValue";
import { oidcProvider } from "./oidcProvider";
import { defaultOwner, ownerTagKey } from "./ownerTag";
import { operatorRoles } from "./roles";
import { s3Endpoint } from "./s3Endpoint";
import { subnetTags } from "./subnetTags";
import { tlsBucket } from "./tlsBucket";
import { refuseBadArguments, refuseBadOutputs } from "./validateArgs";

/** Before the same component was there for every language; only the class itself can say so where another language constructs it. */
const FORMER_TYPE = "pulumi-hyperpod-inference:index:HyperPodInferenceAddon";

/** Ends a component's construction. Kept outside the class, whose every field would become an output. */
interface Construction {
    end(): void;
    fail(error: unknown): void;
}
const constructions = new WeakMap<HyperPodInferenceAddon, Construction>();
const nodes = new WeakMap<HyperPodInferenceAddon, () => InferenceNodes>();

/** SageMaker HyperPod inference on an EKS cluster: the operator add-on and everything around it, made or adopted. */
export class HyperPodInferenceAddon extends pulumi.ComponentResource {
    /** ARN of the operator add-on. */
    declare public readonly addonArn: pulumi.Output<string>;
    /** Version of the operator add-on. */
    declare public readonly addonVersion: pulumi.Output<string>;
    /** What EKS says about the add-on, ACTIVE when all is well; empty with migrateFromHelm, where migrationPhase tells how far the move has come. */
    declare public readonly addonStatus: pulumi.Output<string>;
    /** The issues that EKS reports, with their codes; empty when all is well. */
    declare public readonly healthIssues: pulumi.Output<string[]>;
    /** Namespace of the operator and its controllers. */
    declare public readonly namespace: pulumi.Output<string>;
    /** ARNs of the roles in use, by execution, alb, keda, gatedModel, gateway, s3Csi and fsxCsi. */
    declare public readonly roleArns: pulumi.Output<Record<string, string>>;
    /** Name of the bucket for the models' TLS certificates. */
    declare public readonly tlsBucketName: pulumi.Output<string>;
    /** The settings that the add-on got, as JSON with sorted keys. */
    declare public readonly addonConfiguration: pulumi.Output<string>;
    /** How far the move from Helm has come: Moving, Stopped, Moved, OnHelm or Committed; empty without migrateFromHelm. */
    declare public readonly migrationPhase: pulumi.Output<string>;
    /** The steps of the move from Helm, one line each; empty without migrateFromHelm. */
    declare public readonly migrationPlan: pulumi.Output<string[]>;
    /** What was found and left alone, one line each; destroying the stack does not touch it. */
    declare public readonly adopted: pulumi.Output<string[]>;

    constructor(name: string, args: HyperPodInferenceAddonArgs, opts: pulumi.ComponentResourceOptions = {}) {
        refuseBadArguments(name, args);
        super(
            pluginType("HyperPodInferenceAddon"),
            name,
            args,
            pulumi.mergeOptions(opts, { aliases: [{ type: FORMER_TYPE }] }),
        );
        const lookUp = { parent: this };
        const preserve = args.preserveOnDelete ?? false;
        const child = childOptions(this, opts, preserve);

        const place = findPlace(args, lookUp);
        const { region, partition, accountId } = place;
        const valuesChecked = refuseBadOutputs(name, args, place, lookUp);
        const connection = connectionOf(this, args, region);
        const cluster = findCluster(args, lookUp);
        const identity = new InferenceCluster(
            `${name}-cluster`,
            {
                ...connection,
                clusterName: args.clusterName,
                clusterArn: cluster.arn,
                hyperpodClusterArn: args.hyperpodClusterArn,
                givenOwner: args.ownerTagValue,
                defaultOwner: defaultOwner(name),
            },
            child({ retainOnDelete: false }),
        );
        // Without an engine behind it (unit tests with mocks) the resource answers what it was asked.
        const owner = pulumi
            .all([identity.owner, args.ownerTagValue])
            .apply(([stored, given]) => stored ?? given ?? defaultOwner(name));
        const tags = pulumi
            .all([args.tags ?? {}, owner])
            .apply(([given, value]): Record<string, string> => ({ ...given, [ownerTagKey]: value }));
        const scope: Scope = {
            name,
            component: this,
            clusterName: pulumi.output(args.clusterName),
            owner,
            tags,
            region: args.region,
            child,
            lookUp,
            valuesChecked,
        };

        const oidc = oidcProvider(scope, cluster, args.oidcProviderArn);
        const roles = operatorRoles(scope, args, oidc, partition);
        const bucket = keepsHelmIdentity(args)
            ? undefined
            : tlsBucket(scope, args, { connection, partition, accountId, roles });
        const network = Promise.all([
            s3Endpoint(scope, args, cluster, region),
            interfaceEndpoints(scope, args, cluster, region),
            subnetTags(scope, args, cluster),
        ]);
        const surroundings = Promise.all([network, bucket?.resources ?? []]).then(([parts, ofBucket]) => [
            ...roles.resources,
            ...ofBucket,
            ...parts.flatMap(({ resources }) => resources),
        ]);
        const around = { cluster, connection, roles, bucket, surroundings, identity };
        const outcome = args.migrateFromHelm
            ? moved(scope, args, args.migrateFromHelm, around)
            : installed(scope, args, around);

        nodes.set(this, () => ({
            roles: roles.made,
            tlsBucket: bucket?.made,
            endpoints: network.then((parts) =>
                parts.flatMap(({ resources }) => resources).filter(aws.ec2.VpcEndpoint.isInstance),
            ),
            ...outcome.nodes(),
        }));

        const construction = constructions.get(this);
        void Promise.all([network, outcome.finished]).then(construction?.end, construction?.fail);

        this.addonArn = outcome.addonArn;
        this.addonVersion = outcome.addonVersion;
        this.addonStatus = outcome.addonStatus;
        this.healthIssues = outcome.healthIssues;
        this.namespace = pulumi.output(OPERATOR_NAMESPACE);
        this.roleArns = pulumi.output(roles.arns as Record<string, pulumi.Output<string>>);
        this.tlsBucketName = outcome.tlsBucketName;
        this.addonConfiguration = outcome.addonConfiguration;
        this.migrationPhase = outcome.migrationPhase;
        this.migrationPlan = outcome.migrationPlan;
        this.adopted = pulumi
            .all([oidc.adopted, network, outcome.adopted])
            .apply(([first, parts, last]) => [...first, ...parts.flatMap((part) => part.adopted), ...last]);
        this.adopted.apply((lines) => tellAdopted(this, lines));
        const outputs = {
            addonArn: this.addonArn,
            addonVersion: this.addonVersion,
            addonStatus: this.addonStatus,
            healthIssues: this.healthIssues,
            namespace: this.namespace,
            roleArns: this.roleArns,
            tlsBucketName: this.tlsBucketName,
            addonConfiguration: this.addonConfiguration,
            migrationPhase: this.migrationPhase,
            migrationPlan: this.migrationPlan,
            adopted: this.adopted,
        };
        Object.values<pulumi.Output<unknown>>(outputs).forEach(withoutWarning);
        this.registerOutputs(outputs);
    }

    /** The resources that the component made, to depend on, to read from or to build upon; options of theirs are changed with `transforms`. */
    get nodes(): InferenceNodes {
        const made = nodes.get(this)?.();
        if (made === undefined)
            throw new Error("the nodes of a HyperPodInferenceAddon are known in the program that makes it");
        return made;
    }

    /** Some children are registered after look-ups; whoever depends on the component waits for those too. */
    protected override initialize(): Promise<void> {
        return new Promise((end, fail) => constructions.set(this, { end, fail }));
    }
}

/** A preview says which things are used as they are and stay when the stack goes. */
function tellAdopted(component: HyperPodInferenceAddon, lines: string[]): void {
    if (!pulumi.runtime.isDryRun() || lines.length === 0) return;
    void pulumi.log.info(`used as found, and left alone on destroy: ${lines.join("; ")}`, component);
}
