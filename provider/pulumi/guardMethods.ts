// The methods of a dynamic provider come in; the same with results and errors that the engine can store and a person can read go out. Results are plain JSON, errors never carry a foreign id, no promise stays open.
import { ErrorCode, MigrationError, messageOf, Refusal } from "../../common/errors";
import { toldInAnswer } from "../process/toldErrors";
import type { CheckFailure } from "./inputs";
import { plainJson } from "./outputs";
import { fitIntoTrailer, PartialFailure } from "./partialState";
import type { Bag } from "./propertyBag";

/** The protocol of `pulumi.dynamic.ResourceProvider`, without the Pulumi SDK. */
export interface DynamicProvider {
    check(olds: Bag, news: Bag): Answer<{ inputs: Bag; failures?: CheckFailure[] }>;
    diff(id: string, olds: Bag, news: Bag): Answer<{ changes: boolean }>;
    create(inputs: Bag): Answer<{ id: string; outs: Bag }>;
    read(id: string, props: Bag): Answer<{ id?: string; props: Bag }>;
    update(id: string, olds: Bag, news: Bag): Answer<{ outs: Bag }>;
    delete(id: string, props: Bag): Answer<void>;
}

type Answer<T> = Promise<T> | T;

/** gRPC's FAILED_PRECONDITION: the engine does not call a resource corrupt whose provider refused. */
const FAILED_PRECONDITION = 9;

let atWork = 0;

/** Calls of all resources in this process that have not ended. */
export function callsAtWork(): number {
    return atWork;
}

export function guarded(provider: DynamicProvider) {
    return {
        check: (olds: Bag, news: Bag) => guard(() => provider.check(olds, news)),
        diff: (id: string, olds: Bag, news: Bag) => guard(() => provider.diff(id, olds, news)),
        create: (inputs: Bag) => guardState(inputs, () => provider.create(inputs)),
        read: (id: string, props: Bag) => guard(() => provider.read(id, props)),
        update: (id: string, olds: Bag, news: Bag) => guardState(news, () => provider.update(id, olds, news)),
        delete: (id: string, props: Bag) => guard(() => provider.delete(id, props)),
    };
}

/** For Pulumi's dynamic-provider process: a state that the plugin wrote holds no code that a destroy could load, so an update writes it anew. */
export function dynamicDoor(provider: DynamicProvider) {
    return guarded({
        ...provider,
        diff: async (id, olds, news) => {
            const { changes } = await provider.diff(id, olds, news);
            return { changes: changes || olds.__provider === undefined };
        },
    });
}

/** Whatever is thrown becomes an Error whose text a person can use, and that the engine cannot mistake for partial state. */
async function guard<T>(call: () => Answer<T>): Promise<T> {
    atWork += 1;
    try {
        return plainJson(await call());
    } catch (error) {
        if (error instanceof PartialFailure) throw error;
        if (error instanceof MigrationError) {
            const code = error instanceof Refusal ? { code: FAILED_PRECONDITION } : {};
            throw toldInAnswer(Object.assign(new Error(error.message), { name: "", stack: "", ...code }));
        }
        const text = `unexpected: ${messageOf(error)} [${ErrorCode.Unexpected}]\nnext: run \`pulumi up\` to continue; if it happens again, report it with this text`;
        throw Object.assign(new Error(text), { stack: (error as Error | undefined)?.stack ?? "" });
    } finally {
        atWork -= 1;
    }
}

/** A failed create or update keeps its state only in this form; `__provider` must be in it, or the resource could never be deleted. */
async function guardState<T>(inputs: Bag, call: () => Answer<T>): Promise<T> {
    try {
        return await guard(call);
    } catch (error) {
        if (!(error instanceof PartialFailure)) throw error;
        const { __provider, __progressUrn } = inputs;
        const { properties, told } = fitIntoTrailer(
            plainJson({ ...error.properties, __provider, __progressUrn }),
        );
        const reasons = error.reasons.length > 0 ? error.reasons : [error.message];
        throw Object.assign(new Error(error.message), {
            id: error.id,
            properties,
            reasons: [...reasons, ...told],
        });
    }
}
