// A life cycle comes in; the same without the values of secret inputs in anything that it tells goes out: plan lines, progress, warnings, errors, ids. Outputs that are made of one are handed to the engine as secrets.

import { MigrationError } from "../../common/errors";
import { oneLine, printable } from "../../common/printable";
import type { Log } from "../ports/world";
import type { CheckResult } from "./checkMove";
import type { Lifecycle } from "./lifecycle";
import { PartialFailure } from "./partialState";
import type { Bag } from "./propertyBag";
import { markedSecret, SecretValues } from "./secretValues";
import type { WayBackLifecycle } from "./wayBack";

/** Lines for people: what is secret in them is taken out, the rest is told. */
const LINES: ReadonlySet<string> = new Set(["plan", "warnings", "drift"]);
/** Encrypted whatever stands in them, and read back by the next call. */
const ENCRYPTED: ReadonlySet<string> = new Set(["journal", "journalKey", "inputs", "addonConfiguration"]);

type Told = Pick<Lifecycle, "check" | "diff" | "remaining" | "create" | "update" | "delete" | "read">;

export function discreet(lifecycle: Told): Told {
    return {
        check: (olds, news, log) =>
            discreetly([news, olds], log, async (quiet, secrets) => {
                const { inputs, failures } = await lifecycle.check(olds, news, quiet);
                const plan = inputs.plan === undefined ? {} : { plan: linesWithout(secrets, inputs.plan) };
                return {
                    inputs: { ...inputs, ...plan },
                    failures: secrets.withheldIn(failures),
                } satisfies CheckResult;
            }),
        diff: (olds, news, log) =>
            discreetly([news, olds, inputsIn(olds)], log, (quiet) => lifecycle.diff(olds, news, quiet)),
        remaining: (olds, news, log) =>
            discreetly([news, olds, inputsIn(olds)], log, async (quiet, secrets) =>
                secrets.withheldIn(await lifecycle.remaining(olds, news, quiet)),
            ),
        create: (inputs, log) =>
            discreetly([inputs], log, async (quiet, secrets) => {
                const { id, outs } = await lifecycle.create(inputs, quiet);
                return { id: secrets.withheld(id), outs: outputsWithout(secrets, outs) };
            }),
        update: (olds, news, log) =>
            discreetly([news, olds, inputsIn(olds)], log, async (quiet, secrets) =>
                outputsWithout(secrets, await lifecycle.update(olds, news, quiet)),
            ),
        delete: (olds, log) =>
            discreetly([olds, inputsIn(olds)], log, (quiet) => lifecycle.delete(olds, quiet)),
        read: (id, olds, log) =>
            discreetly([olds, inputsIn(olds)], log, async (quiet, secrets) => {
                const { props } = await lifecycle.read(id, olds, quiet);
                return { id: secrets.withheld(id), props: outputsWithout(secrets, props) };
            }),
    };
}

type RememberedWay = Pick<WayBackLifecycle, "create" | "update" | "delete">;

/** The same for what stands in the state before a move begins. */
export function discreetWayBack(lifecycle: RememberedWay) {
    return {
        create: (inputs: Bag, log: Log) =>
            discreetly([inputs], log, async (quiet, secrets) => {
                const { id, outs } = await lifecycle.create(inputs, quiet);
                return { id: secrets.withheld(id), outs: outputsWithout(secrets, outs) };
            }),
        update: (olds: Bag, news: Bag) => ({
            outs: outputsWithout(SecretValues.in(olds, news), lifecycle.update(olds, news).outs),
        }),
        delete: (props: Bag, log: Log) => discreetly([props], log, (quiet) => lifecycle.delete(props, quiet)),
    };
}

/** One call with what must not be told of these inputs; its errors and lines are told without. */
export async function discreetly<T>(
    bags: readonly (Bag | undefined)[],
    log: Log,
    call: (quiet: Log, secrets: SecretValues) => Promise<T>,
): Promise<T> {
    const secrets = SecretValues.in(...bags);
    try {
        return await call(quietLog(log, secrets), secrets);
    } catch (error) {
        throw errorWithout(secrets, error);
    }
}

function quietLog(log: Log, secrets: SecretValues): Log {
    return {
        progress: (line) => log.progress(oneLine(secrets.withheld(line))),
        // An error is told in several lines, whose quoted parts have none.
        warn: (line) => log.warn(printable(secrets.withheld(line))),
    };
}

/** What an earlier call stored of its inputs; a destroy and a refresh are handed nothing else. */
function inputsIn({ inputs }: Bag): Bag | undefined {
    return typeof inputs === "object" && inputs !== null ? (inputs as Bag) : undefined;
}

function outputsWithout(secrets: SecretValues, outputs: Bag): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => {
            if (ENCRYPTED.has(name)) return [name, value];
            if (LINES.has(name)) return [name, linesWithout(secrets, value)];
            return [name, secrets.areIn(value) ? markedSecret(value) : value];
        }),
    );
}

/** As a terminal shows them: some quote what stands in the cluster. */
function linesWithout(secrets: SecretValues, lines: unknown): unknown {
    const told = secrets.withheldIn(lines);
    return Array.isArray(told)
        ? told.map((line) => (typeof line === "string" ? printable(line) : line))
        : told;
}

function errorWithout(secrets: SecretValues, error: unknown): unknown {
    if (error instanceof PartialFailure)
        return new PartialFailure(
            // Nobody keeps an id secret: the engine shows it, and writes it as it is.
            secrets.withheld(error.id),
            outputsWithout(secrets, error.properties),
            error.reasons.map((reason) => printable(secrets.withheld(reason))),
        );
    if (!(error instanceof Error)) return typeof error === "string" ? secrets.withheld(error) : error;
    error.message = printable(secrets.withheld(error.message));
    if (error.stack !== undefined && !(error instanceof MigrationError))
        error.stack = secrets.withheld(error.stack);
    return error;
}
