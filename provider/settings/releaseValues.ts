// Values of a release as one chart inside it sees them, and which chart an object of the release comes from. Pure.

import { at, isTree, type Path } from "../../common/tree";
import type { KubernetesObject, Release } from "../ports/world";
import { merged, type Values } from "./mapSettings";

/** The chart's own values: nested below the names of the charts around it when it is part of an umbrella chart; all of them when the release's chart is a copy of it under another name. */
export function valuesOf(release: Release, chart: string, values: Values): Values {
    if (release.chart === chart || isRenamedCopy(release, chart)) return values;
    const nested = at(values, placeOf(release, chart));
    return merged({}, isTree(nested) ? nested : {});
}

/** The values that the templates of these objects saw, by the charts that the objects come from; undefined where Helm noted no template. */
export function valuesBehind(
    release: Release,
    objects: readonly KubernetesObject[],
    values: Values,
): Values | undefined {
    const [source] = objects.flatMap((object) => release.sources?.[release.objects.indexOf(object)] ?? []);
    if (source === undefined) return undefined;
    const nested = at(values, chartsOf(source));
    return isTree(nested) ? nested : {};
}

/** What the chart's templates saw: its defaults under what the user set. */
export function effectiveValues(release: Release, chart: string): Values {
    return merged(valuesOf(release, chart, release.chartDefaults), valuesOf(release, chart, release.values));
}

/** Whether an object that Helm rendered from `source` comes from the chart: from the release's own one, or from its part of an umbrella chart. */
export function isFrom(release: Release, chart: string, source: string | undefined): boolean {
    if (release.chart === chart || source === undefined || isRenamedCopy(release, chart)) return true;
    const place = placeOf(release, chart);
    const path = chartsOf(source);
    return place.every((name, index) => path[index] === name);
}

/** Whether the release's chart is the one named, or has it inside at any depth. */
export function holdsChart({ charts, sources = [] }: Release, chart: string): boolean {
    return (
        charts.includes(chart) ||
        sources.some((source) => source !== undefined && chartsOf(source).includes(chart))
    );
}

/** Nothing in the release says that the chart is a part of it. */
function isRenamedCopy(release: Release, chart: string): boolean {
    const { chartDefaults, values } = release;
    return (
        !holdsChart(release, chart) && !Object.hasOwn(chartDefaults, chart) && !Object.hasOwn(values, chart)
    );
}

/** Keys below which Helm nests the chart's values: the names of the charts on the way to it, or their aliases. Templates are named the same way. */
function placeOf(release: Release, chart: string): Path {
    const name = release.aliases?.[chart] ?? chart;
    const deep = (release.sources ?? [])
        .flatMap((source) => (source === undefined ? [] : [chartsOf(source)]))
        .find((path) => path.includes(name));
    return deep === undefined ? [name] : deep.slice(0, deep.indexOf(name) + 1);
}

/** "acme/charts/a/charts/b/templates/x.yaml" is of chart b in chart a. */
function chartsOf(source: string): Path {
    const [, ...names] = source.split("/charts/").map((part) => part.split("/")[0] ?? "");
    return names;
}
