/** An observation comes in; how often requests for models, through every version, were asked and refused goes out. Pure. */
import type { Observation } from "./observation";

const MODELS = /^(read|write) (inferenceendpointconfigs|jumpstartmodels) /;
/** A CRD whose schema changed; every client asks again by itself. */
const ASKED_AGAIN = /storage is \(re\)initializing/;

export interface ModelRequests {
    readonly kinds: number;
    readonly asked: number;
    readonly refused: number;
    /** Of the kind that was refused longest. */
    readonly seconds: number;
    /** Each answer once. */
    readonly answers: readonly string[];
}

export function modelRequests({ refused }: Observation): ModelRequests {
    const kinds = Object.entries(refused).filter(([request]) => MODELS.test(request));
    const refusals = kinds.flatMap(([, { answers, seconds }]) => {
        const counted = Object.entries(answers).filter(([answer]) => !ASKED_AGAIN.test(answer));
        return counted.map(([answer, count]) => ({ answer, count, seconds }));
    });
    return {
        kinds: kinds.length,
        asked: kinds.reduce((sum, [, { asked }]) => sum + asked, 0),
        refused: refusals.reduce((sum, { count }) => sum + count, 0),
        seconds: Math.max(0, ...refusals.map(({ seconds }) => seconds)),
        answers: [...new Set(refusals.map(({ answer }) => answer))],
    };
}
