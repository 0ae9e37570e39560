// The move as programs of other languages make it: a component around the move and what its undo needs, because only a component can register what must stand in the state before a move begins.
import * as pulumi from "@pulumi/pulumi";
import {
    type HelmToAddonMigrationArgs,
    MOVE_OUTPUTS,
    HelmToAddonMigration as Move,
} from "../provider/pulumi/helmToAddonMigration";
import type { BackupOutput, MigrationPhase, MovedFrom, StepOutput } from "../provider/pulumi/outputs";
import { pluginType } from "../provider/pulumi/packageHome";

const OUTPUT_NAMES = Object.keys(MOVE_OUTPUTS) as (keyof typeof MOVE_OUTPUTS)[];

/**
 * Moves the HyperPod inference operator from its Helm release to the EKS add-on, and back. Creating the resource is the move, destroying it is the undo.
 * The preview of a new resource shows the whole plan. Models, their pods and their custom resources are never touched.
 */
export class HelmToAddonMigration extends pulumi.ComponentResource {
    /** How far the move has come. */
    declare public readonly phase: pulumi.Output<MigrationPhase>;
    /** The plan as the last preview told it, one line per step; as it is now, where the move had to plan anew on its way. */
    declare public readonly plan: pulumi.Output<string[]>;
    /** Each step with its state. */
    declare public readonly steps: pulumi.Output<StepOutput[]>;
    /** The step that comes next; empty at the end. */
    declare public readonly nextStep: pulumi.Output<string>;
    /** Version of the add-on. */
    declare public readonly addonVersion: pulumi.Output<string>;
    /** ARN of the add-on. */
    declare public readonly addonArn: pulumi.Output<string>;
    /** Settings of the add-on, as JSON with sorted keys. */
    declare public readonly addonConfiguration: pulumi.Output<string>;
    /** The Helm release that was moved. */
    declare public readonly movedFrom: pulumi.Output<MovedFrom>;
    /** Where the cluster's copy of the journal lies. */
    declare public readonly backup: pulumi.Output<BackupOutput>;
    /**
     * Seconds, by name: of each controller that was stopped, until a pod of the add-on's was available ("operator", "load balancer controller", "KEDA", …);
     * of each kind of request, how long it was refused ("models through the old version", "writing models", "ingress creation", "external metrics",
     * and those of dependencies that moved), 0 when it never was. Measured by looks that are a quarter of a second to two seconds apart.
     */
    declare public readonly pausedSeconds: pulumi.Output<Record<string, number>>;
    /** What people should know of the move. */
    declare public readonly warnings: pulumi.Output<string[]>;
    /** What a refresh found changed outside. */
    declare public readonly drift: pulumi.Output<string[]>;

    constructor(name: string, args: HelmToAddonMigrationArgs, opts: pulumi.ComponentResourceOptions = {}) {
        super(pluginType("HelmToAddonMigration"), name, args, opts);
        const { customTimeouts, protect, retainOnDelete, ignoreChanges } = opts;
        const move = new Move(name, args, {
            parent: this,
            // Pulumi hands these to a component only; a child has to be told.
            ...(customTimeouts ? { customTimeouts } : {}),
            ...(protect ? { protect } : {}),
            ...(retainOnDelete ? { retainOnDelete } : {}),
            ...(ignoreChanges ? { ignoreChanges } : {}),
            // A stack that began with the dynamic resource, which has no component around it.
            aliases: [{ parent: opts.parent ?? pulumi.rootStackResource }],
        });
        const outputs = Object.fromEntries(OUTPUT_NAMES.map((output) => [output, move[output]]));
        Object.assign(this, outputs);
        this.registerOutputs(outputs);
    }
}
