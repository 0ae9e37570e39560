// What an observed move may cost its users: nothing deleted, nobody twice, and pauses no longer than the start of the new pods takes.
import assert from "node:assert/strict";
import type { LedgerEntry } from "../../sandbox/faults/proxy";
import { describeObservation, type Observation } from "../../sandbox/watch/observeMove";
import { controllerBehind, unavoidableSeconds } from "../../sandbox/watch/unavoidable";

/** Made to overlap: metrics-server holds nothing, and both cert-managers contend for the one leader lock in kube-system. */
const SIDE_BY_SIDE: ReadonlySet<string> = new Set(["metrics-server", "cert-manager-controller"]);
const CONTROLLERS = ["hyperpod-inference-operator", "aws-load-balancer-controller", "keda-operator"] as const;
/** `make bench` holds the move to 1 s on a machine that does nothing else; a test's machine may be busy. */
const OWN_SECONDS = 3;
const CREATE = "eks:CreateAddon amazon-sagemaker-hyperpod-inference";

/** Of a move and of an undo. */
export function assertNothingLost(observation: Observation): void {
    const told = describeObservation(observation);
    assert.deepEqual(observation.deletions, [], told);
    const twice = observation.twoActive.filter(({ controller }) => !SIDE_BY_SIDE.has(controller));
    assert.deepEqual(twice, [], told);
    const refused = Object.entries(observation.refused).filter(([, { atEnd }]) => atEnd);
    assert.deepEqual(refused, [], `refused at the end:\n${told}`);
}

export function assertShortPauses(observation: Observation, writes: readonly LedgerEntry[]): void {
    const told = describeObservation(observation);
    const asked = writes.find(({ what }) => what === CREATE);
    assert.ok(asked, "the add-on was asked for");
    const limit = (controller: string) =>
        unavoidableSeconds(observation, controller, asked.time) + OWN_SECONDS;
    for (const controller of CONTROLLERS) {
        const { seconds = 0, atEnd = true } = observation.away[controller] ?? {};
        assert.ok(seconds > 0 && seconds <= limit(controller) && !atEnd, `${controller}\n${told}`);
    }
    for (const [request, { seconds }] of Object.entries(observation.refused)) {
        const controller = controllerBehind(request);
        if (controller !== undefined) assert.ok(seconds <= limit(controller), `${request}\n${told}`);
    }
}

/** However fast the machine is: while controllers are away, the move does nothing but stop the others and write its journal. */
export function assertNothingDoneMeanwhile(writes: readonly LedgerEntry[]): void {
    const stopped = writes.findIndex(({ what }) => /^patch deployments\//.test(what));
    const asked = writes.findIndex(({ what }) => what === CREATE);
    assert.ok(stopped >= 0 && asked > stopped, "controllers are stopped, then the add-on is asked for");
    const others = writes
        .slice(stopped, asked)
        .map(({ what }) => what)
        .filter((what) => !/^patch deployments\/|^patch secrets\/.*pulumi-hyperpod-migration-/.test(what));
    assert.deepEqual(others, []);
}
