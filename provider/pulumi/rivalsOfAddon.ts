// The outputs of a move that has ended come in; controllers that work beside the add-on's, Helm's among them, go out or are refused. A committed move has no journal that knows them: they are known by what they do. Writes nothing.
import { ErrorCode, MigrationError } from "../../common/errors";
import { findRivalsOfAddon, type Rival } from "../discovery/rivals";
import { describeRival, isOn, stopCommand } from "../plan/rivals";
import type { ObjectRef } from "../ports/world";
import type { Values } from "../settings/mapSettings";
import type { MigrationOutputs } from "./outputs";
import type { Session } from "./session";

/** Those of a part that the add-on leaves out are no rivals, nor are those that the move knows. */
export async function rivalsOf(
    { connection, profile }: Session,
    { addonConfiguration }: Partial<MigrationOutputs>,
    known: readonly ObjectRef[] = [],
): Promise<Rival[]> {
    const configuration = JSON.parse(addonConfiguration ?? "{}") as Values;
    const found = await findRivalsOfAddon(connection.world, profile, known);
    return found.filter(({ enabledBy }) => isOn(configuration, enabledBy));
}

/** Nothing of the cluster is changed while two generations act: nobody remembers what a committed move found. */
export async function assertAlone(session: Session, outputs: Partial<MigrationOutputs>): Promise<void> {
    const rivals = await rivalsOf(session, outputs);
    if (rivals.length === 0) return;
    throw new MigrationError({
        code: ErrorCode.RivalController,
        step: "adjust",
        what: `${rivals.map(describeRival).join("; ")}: beside the add-on's, which acts on the same resources`,
        remedy: `stop it with ${rivals.map(({ workload }) => `\`${stopCommand(workload)}\``).join(", ")}, then run \`pulumi up\``,
    });
}
