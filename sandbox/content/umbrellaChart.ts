// In: a folder. Out: the umbrella chart in it, with the operator's chart inside. A link between the two would not survive every copy of the sources.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { charts, operatorChart } from "./helmCommand";

export function assembleUmbrellaChart(folder: string): string {
    const chart = join(folder, "hyperpod-helm-chart");
    cpSync(join(charts, "hyperpod-helm-chart"), chart, { recursive: true });
    cpSync(operatorChart, join(chart, "charts", "hyperpod-inference-operator"), { recursive: true });
    return chart;
}
