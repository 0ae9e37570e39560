// A world in, what is planned for it out, as `pulumi preview` does: discovery, plan and blockers.
import { SILENT } from "../../../provider/installation/discoverWith";
import type { PlannedMove } from "../../../provider/planning/planMove";
import { parseInputs } from "../../../provider/pulumi/inputs";
import { planFor } from "../../../provider/pulumi/planFor";
import { Session } from "../../../provider/pulumi/session";
import { MemoryStack } from "../memoryStack";
import type { MemoryWorld } from "../memoryWorld";

export async function plannedIn(world: MemoryWorld): Promise<PlannedMove> {
    const { inputs } = parseInputs({ clusterName: "demo" });
    const session = await Session.open(inputs, new MemoryStack(world).host(), SILENT);
    try {
        return await planFor(session);
    } finally {
        await session.close();
    }
}
