// Adapter between Pulumi's dynamic-provider process and the life cycle.
import "../process/smallHeap";
import { connect } from "../connection/connect";
import { ignoreClosedPipes } from "../process/closedPipes";
import { engineLog } from "../process/engineLog";
import { thisProcess } from "../process/holder";
import { watchForStop } from "../process/stopSignals";
import { systemClock } from "../process/systemClock";
import { printNoToldErrors } from "../process/toldErrors";
import { callsAtWork } from "./guardMethods";
import { dynamicMove } from "./moveCalls";
import { rowOf } from "./rowUrn";

/** The last argument of the process is the address of the engine that started it. */
const engineAddress = /:\d+$/.test(process.argv[process.argv.length - 1] ?? "")
    ? process.argv[process.argv.length - 1]
    : undefined;
ignoreClosedPipes();
printNoToldErrors();
const logs = engineLog(() => engineAddress);
const doors = dynamicMove(
    {
        connect,
        clock: systemClock,
        holder: thisProcess(),
        // Left alone, the process would listen for ever.
        stop: watchForStop(
            () => engineAddress,
            () => {
                if (callsAtWork() === 0) process.exit();
            },
        ),
    },
    (bag) => logs.forResource(rowOf(bag)),
);

/** Implements the protocol of `pulumi.dynamic.ResourceProvider`. */
export const provider = doors.provider;

/** The same for the resource that keeps an undo possible. */
export const wayBack = doors.wayBack;
