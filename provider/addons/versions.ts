// Version strings in, order and choice out. Pure.

/** Numbers of a version such as `v1.3.0-eksbuild.1` or `3.2`, build last. */
export function numbersOf(version: string): number[] {
    const [core = "", build = ""] = version.replace(/^v/, "").split("-", 2);
    const numbers = core.split(".").map((part) => Number.parseInt(part, 10) || 0);
    while (numbers.length < 3) numbers.push(0);
    return [...numbers, Number.parseInt(build.replace(/^\D+/, ""), 10) || 0];
}

/** Negative when `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
    const [left, right] = [numbersOf(a), numbersOf(b)];
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
        const difference = (left[index] ?? 0) - (right[index] ?? 0);
        if (difference !== 0) return difference;
    }
    return 0;
}

export function newerOf(a: string, b: string): string {
    return compareVersions(a, b) >= 0 ? a : b;
}

/** The operator inside each add-on version, as the release notes give them (by `major.minor` of the add-on). */
export interface OperatorOfAddon {
    readonly addon: string;
    readonly operator: string;
}

/** Whether the package knows what is in this version of the add-on. */
export function isInTable(version: string, table: readonly OperatorOfAddon[]): boolean {
    return table.some(({ addon }) => addon === numbersOf(version).slice(0, 2).join("."));
}

export interface VersionChoice {
    readonly version: string;
    readonly why: string;
}

/**
 * Picks the add-on version for a move: the one with the same operator, else the nearest newer one, never an older one.
 * An operator newer than the table's newest is compared with nothing: no unknown add-on proves to hold it, so only a pinned one is taken.
 * `available` is newest first. Answers a sentence instead of a choice when there is none.
 */
export function chooseAddonVersion(
    available: readonly string[],
    runningOperator: string,
    table: readonly OperatorOfAddon[],
    pinned?: string,
): VersionChoice | string {
    const newestKnown = table[table.length - 1];
    const operatorOf = (addon: string) => {
        const [major, minor] = numbersOf(addon);
        return table.find((row) => row.addon === `${major}.${minor}`)?.operator;
    };
    /** Newer than all that the table knows, so its operator is at least the newest one of the table. */
    const isBeyondTable = (addon: string) =>
        newestKnown !== undefined &&
        operatorOf(addon) === undefined &&
        compareVersions(addon, `${newestKnown.addon}.0`) > 0;
    const isOperatorKnown =
        newestKnown === undefined || compareVersions(runningOperator, newestKnown.operator) <= 0;
    const atLeast = (addon: string) => {
        const operator = operatorOf(addon);
        if (operator !== undefined) return compareVersions(operator, runningOperator) >= 0;
        return isOperatorKnown && isBeyondTable(addon);
    };
    const offered = `available: ${available.join(", ") || "none"}`;
    if (pinned !== undefined) {
        if (!available.includes(pinned)) return `${pinned} is not available for this cluster; ${offered}`;
        if (atLeast(pinned)) return { version: pinned, why: "pinned by addonVersion" };
        if (isBeyondTable(pinned))
            return {
                version: pinned,
                why: `pinned by addonVersion; whether its operator is ${runningOperator} or newer is not known to this package`,
            };
        return `${pinned} holds operator ${operatorOf(pinned) ?? "of an unknown version"}, older than the running ${runningOperator}; a downgrade would prune fields of the models`;
    }
    const candidates = available.filter(atLeast);
    const same = candidates.filter((addon) => {
        const operator = operatorOf(addon);
        return operator !== undefined && compareVersions(operator, runningOperator) === 0;
    });
    if (same[0] !== undefined) return { version: same[0], why: `same operator version ${runningOperator}` };
    const nearest = [...candidates].sort(compareVersions)[0];
    if (nearest === undefined && !isOperatorKnown) {
        return `the running operator ${runningOperator} is newer than all that this package knows (${newestKnown?.operator}), so it cannot tell which add-on version holds it; upgrade the package, or name the version with addonVersion; ${offered}`;
    }
    if (nearest === undefined) {
        return `no add-on version for this cluster holds operator ${runningOperator} or newer; ${offered}`;
    }
    const build = candidates.filter(
        (addon) => numbersOf(addon).slice(0, 3).join() === numbersOf(nearest).slice(0, 3).join(),
    );
    return {
        version: build[0] ?? nearest,
        why: `nearest version not older than the running operator ${runningOperator}`,
    };
}
