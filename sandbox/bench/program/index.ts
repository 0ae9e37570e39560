// The benchmark's program: BENCH_COUNT migrations whose arguments differ, so that no plan serves two of them. BENCH_HANDOVER says how they hand over.
import { Handover, HelmToAddonMigration } from "pulumi-hyperpod-inference";

const handover = Object.values(Handover).find((one) => one === process.env.BENCH_HANDOVER);
const count = Number(process.env.BENCH_COUNT ?? 1);

for (let index = 0; index < count; index++) {
    new HelmToAddonMigration(`move${index}`, {
        clusterName: "demo",
        lockTimeoutMinutes: 5 + index,
        ...(handover === undefined ? {} : { handover, allowAdmissionBypass: true }),
    });
}
