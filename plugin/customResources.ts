// A process comes in; the plugin's custom resources by the last part of their type go out, guarded as in the dynamic-provider process.
import { callLog } from "../provider/process/callLog";
import { stopsInTime } from "../provider/process/callTimeout";
import { guarded } from "../provider/pulumi/guardMethods";
import { type ImportedMove, importMove } from "../provider/pulumi/importMove";
import { MOVE_FIELDS } from "../provider/pulumi/inputs";
import { moveCalls, type Remaining } from "../provider/pulumi/moveCalls";
import { toldPlan } from "../provider/pulumi/planOutput";
import type { Bag } from "../provider/pulumi/propertyBag";
import type { SessionHost } from "../provider/pulumi/session";
import { resourceCalls } from "../provider/resources/resourceMethods";

export interface Kind {
    readonly calls: ReturnType<typeof guarded>;
    /** Outputs that an update will surely give, for a preview; the programs' `apply` runs with them. */
    certain(inputs: Bag): Bag;
    /** Whether a property of the inputs can differ in what it asks for. */
    isAsked(property: string): boolean;
    /** Present where the plan among the inputs is told to people: what an update will do that no input says. */
    readonly remaining?: Remaining;
    /** For `pulumi import`: the resource by its id alone. */
    import?(id: string): Promise<ImportedMove>;
}

const everyProperty = () => true;
const isMoveInput = (property: string) => property in MOVE_FIELDS;

export function kindsOf(process: SessionHost): Readonly<Record<string, Kind>> {
    const host = { ...process, stop: stopsInTime(process.stop, process.clock) };
    const { move, wayBack, remaining } = moveCalls(host, () => callLog);
    const remembering = (calls: Parameters<typeof guarded>[0]): Kind => ({
        calls: guarded(calls),
        certain: (inputs) => inputs,
        isAsked: everyProperty,
    });
    return {
        Move: {
            calls: guarded(move),
            certain: (inputs) => ({ ...toldPlan(inputs), addonVersion: inputs.addonVersion }),
            isAsked: isMoveInput,
            remaining,
            import: (id) => importMove(id, host, callLog),
        },
        WayBack: { ...remembering(wayBack), isAsked: isMoveInput },
        ...Object.fromEntries(
            Object.entries(resourceCalls).map(([name, calls]) => [name, remembering(calls)]),
        ),
    };
}
