// The Leases of two generations in; a rule of the API server comes out by which the pods of the one that leads keep their Lease only as long as the move holds the other. So one write decides for both, and whoever dies right after it leaves one that leads. Gone when the move ends.
import type { ObjectRef, World } from "../../ports/world";
import { HELD_SECONDS, holderOf } from "./heldLeases";
import { HandoverPart, makeOwn, type OwnObjects, removeOwn } from "./temporaryObjects";

const API = "admissionregistration.k8s.io/v1";
/** The binding first: without it a policy says nothing. */
const KINDS = [
    [API, "ValidatingAdmissionPolicyBinding"],
    [API, "ValidatingAdmissionPolicy"],
] as const;

/** Both are Leases. */
export interface Turn {
    /** By which the generation leads whose turn ends. */
    readonly from: ObjectRef;
    /** Held by the move for the generation whose turn comes. */
    readonly to: ObjectRef;
}

/**
 * Says nothing as long as the hold of `to` is the long one. From the write on that lets it run out, no pod renews `from`: a leader steps down within
 * its deadline (10 s by the defaults of all controllers), long before `to` is free.
 */
export async function oneWriteDecides(world: World, migrationId: string, turn: Turn): Promise<void> {
    const own = ownOf(migrationId);
    const name = nameOf(migrationId, turn);
    // The rule of a turn in the other direction would keep everybody from leading.
    await removeOwn(world, own, KINDS, ({ metadata }) => metadata.name !== nameOf(migrationId, back(turn)));
    const { from, to } = turn;
    await makeOwn(
        world,
        {
            apiVersion: API,
            kind: "ValidatingAdmissionPolicy",
            metadata: { name },
            spec: policyFor(migrationId, from),
        },
        own,
    );
    const paramRef = { name: to.name, namespace: to.namespace ?? "", parameterNotFoundAction: "Allow" };
    const spec = { policyName: name, paramRef, validationActions: ["Deny"] };
    await makeOwn(
        world,
        { apiVersion: API, kind: "ValidatingAdmissionPolicyBinding", metadata: { name }, spec },
        own,
    );
}

/** All of the move; also after a kill, from the labels alone. */
export async function endRules(world: World, migrationId: string): Promise<void> {
    await removeOwn(world, ownOf(migrationId), KINDS);
}

/** What the move itself writes is let through, and what a pod that ends gives back. */
function policyFor(migrationId: string, { namespace = "", name }: ObjectRef) {
    const holder = holderOf(migrationId);
    const isHeld = `has(params.spec) && has(params.spec.holderIdentity) && params.spec.holderIdentity == "${holder}" && has(params.spec.leaseDurationSeconds) && params.spec.leaseDurationSeconds == ${HELD_SECONDS}`;
    const isNoPod = `!has(object.spec) || !has(object.spec.holderIdentity) || object.spec.holderIdentity in ["", "${holder}"]`;
    return {
        // Nobody stops leading because this rule cannot be read.
        failurePolicy: "Ignore",
        paramKind: { apiVersion: "coordination.k8s.io/v1", kind: "Lease" },
        matchConstraints: {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
            resourceRules: [
                {
                    apiGroups: ["coordination.k8s.io"],
                    apiVersions: ["v1"],
                    operations: ["CREATE", "UPDATE"],
                    resources: ["leases"],
                    resourceNames: [name],
                },
            ],
        },
        validations: [
            {
                expression: `(${isHeld}) || ${isNoPod}`,
                message: "the other generation of this controller leads from now on",
                reason: "Forbidden",
            },
        ],
    };
}

function back({ from, to }: Turn): Turn {
    return { from: to, to: from };
}

function nameOf(migrationId: string, { from }: Turn): string {
    return `pulumi-hyperpod-turn-${migrationId.slice(0, 8)}-${from.namespace}-${from.name}`;
}

function ownOf(migrationId: string): OwnObjects {
    return { migrationId, part: HandoverPart.Rule };
}
