// What was measured in a crowded cluster comes in; its lines of the table go out. Measures nothing.
import type { MeasuredCrowd } from "./measureCrowd";
import type { Row } from "./table";

const MB = 2 ** 20;
const GOALS = { previewMb: 5, previewRssMb: 240, kubernetesCalls: 1_000, apiServerSeconds: 20 };

export function crowdRows({ preview, up }: MeasuredCrowd): Row[] {
    const { writes, reads } = up.calls.kubernetes;
    return [
        {
            what: "beside others: preview, read from the API server",
            target: `${GOALS.previewMb} MB`,
            measured: `${(preview.bytesRead / MB).toFixed(1)} MB`,
            holds: preview.bytesRead > 0 && preview.bytesRead <= GOALS.previewMb * MB,
        },
        {
            what: "beside others: provider process, memory: preview",
            target: `${GOALS.previewRssMb} MB`,
            measured: `${preview.providerMb} MB`,
            holds: preview.providerMb > 0 && preview.providerMb <= GOALS.previewRssMb,
        },
        {
            what: "beside others: Kubernetes calls of a move",
            target: `${GOALS.kubernetesCalls}`,
            measured: `${writes + reads} (${writes} writes), ${(up.bytesRead / MB).toFixed(1)} MB read`,
            holds: reads > 0 && writes + reads <= GOALS.kubernetesCalls,
        },
        {
            what: "beside others: processor time of the API server, move",
            target: `${GOALS.apiServerSeconds} s`,
            measured: `${up.apiServerSeconds.toFixed(1)} s`,
            holds: up.apiServerSeconds > 0 && up.apiServerSeconds <= GOALS.apiServerSeconds,
        },
        { what: "beside others: provider process, memory: up", measured: `${up.providerMb} MB` },
    ];
}
