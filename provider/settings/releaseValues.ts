// Values of a release as one chart inside it sees them, and which chart an object of the release comes from. Pure.

import type { Release } from "../ports/world";
import { merged, type Values, valueAt } from "./settings";

/** The chart's own values: nested under its name, or its alias, when it is part of an umbrella chart; all of them when the release's chart is a copy of it under another name. */
export function valuesOf(release: Release, chart: string, values: Values): Values {
    if (release.chart === chart) return values;
    const nested = keysOf(release, chart)
        .map((key) => valueAt(values, key))
        .find((value) => typeof value === "object" && value !== null);
    if (nested === undefined && isRenamedCopy(release, chart)) return values;
    return merged({}, (nested ?? {}) as Values);
}

/** What the chart's templates saw: its defaults under what the user set. */
export function effectiveValues(release: Release, chart: string): Values {
    return merged(valuesOf(release, chart, release.chartDefaults), valuesOf(release, chart, release.values));
}

/** The key under which Helm nests the chart's values. Charts are listed with their alias, if they have one, behind them. */
function keysOf(release: Release, chart: string): string[] {
    const { charts, chartDefaults, values } = release;
    const index = charts.indexOf(chart);
    const alias = index < 0 ? undefined : charts[index + 1];
    const isNested = (key: string) => Object.hasOwn(chartDefaults, key) || Object.hasOwn(values, key);
    if (isNested(chart) || alias === undefined) return [chart];
    return [alias, chart];
}

function isRenamedCopy({ charts, chartDefaults, values }: Release, chart: string): boolean {
    return !charts.includes(chart) && !Object.hasOwn(chartDefaults, chart) && !Object.hasOwn(values, chart);
}

/** Whether an object that Helm rendered from `source` comes from the chart: from the release's own one, or from its part of an umbrella chart. */
export function isFrom(release: Release, chart: string, source: string | undefined): boolean {
    if (release.chart === chart || source === undefined || isRenamedCopy(release, chart)) return true;
    return keysOf(release, chart).some((key) => source.includes(`/charts/${key}/`));
}
