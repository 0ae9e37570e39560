// What every test of a move asks at its end: is this the state it should be, and did nothing happen that must never happen.
import assert from "node:assert/strict";
import type { Difference, State } from "../../../sandbox/compare/capturedState";
import { compareIdentities, compareStates } from "../../../sandbox/compare/compare";
import type { Result } from "../memoryStack";
import { MemoryWorld } from "../memoryWorld";
import type { ContentOptions } from "./content";
import type { Data } from "./data";

/** Shows the first differences, short. */
export function assertSame(
    actual: State,
    expected: State,
    what: string,
    ignore: (difference: Difference) => boolean = () => false,
): void {
    const differences = [
        ...compareStates(expected, actual, { ignore }),
        ...compareIdentities(expected, actual),
    ];
    const lines = differences
        .slice(0, 12)
        .map(({ key, path, before, after }) => `  ${key} ${path}: ${short(before)} -> ${short(after)}`);
    assert.equal(differences.length, 0, `${what}: ${differences.length} differences\n${lines.join("\n")}`);
}

function short(value: unknown): string {
    return (JSON.stringify(value) ?? "absent").slice(0, 160);
}

export function assertHarmless(world: MemoryWorld): void {
    assert.deepEqual(world.data.violations, []);
}

export function assertDone({ kind, message }: Result): void {
    assert.equal(kind, "done", message);
}

/** A start that many cases share: built once, restored for each. */
export interface Start {
    readonly world: MemoryWorld;
    readonly snapshot: Data;
    readonly state: State;
}

export function startOf(
    options: ContentOptions = {},
    change: (world: MemoryWorld) => void = () => undefined,
): Start {
    const world = new MemoryWorld(options);
    change(world);
    return { world, snapshot: world.snapshot(), state: world.capture() };
}

/** After controllers came to rest. */
export function stateOf(world: MemoryWorld, withoutTraces = false): State {
    world.settle();
    return world.capture(withoutTraces);
}
