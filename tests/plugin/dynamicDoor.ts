// A process in memory comes in; the door of the dynamic-provider process to it goes out, with answers of the shape that both doors have.

import { SECRET_OUTPUTS } from "../../provider/pulumi/alwaysSecret";
import { dynamicMove } from "../../provider/pulumi/moveCalls";
import type { Bag } from "../../provider/pulumi/propertyBag";
import { unmarked } from "../../provider/pulumi/secretValues";
import type { SessionHost } from "../../provider/pulumi/session";
import type { Door, Failed, Resource } from "./doors";

const DYNAMIC = { __provider: "exports.handler = () => undefined;", __progressUrn: "urn:any" };
const withoutDynamic = ({ __provider: _, __progressUrn: __, ...rest }: Bag): Bag => rest;

export function dynamicDoor(host: SessionHost, resource: Resource): Door {
    const quiet = { progress: () => undefined, warn: () => undefined, tell: async () => undefined };
    const both = dynamicMove(host, () => quiet);
    const calls = resource === "Move" ? both.provider : both.wayBack;
    const secretInputs: string[] = [];
    let secretOutputs: string[] = [];
    const secretsAsTheClassTells = () =>
        secretInputs.length === 0 ? {} : { secretInputs: [...secretInputs].sort() };
    /** The class names some outputs, the engine knows inputs of the same name, and some carry a mark. */
    const received = (outputs: Bag): Bag => {
        const known: readonly string[] = [...SECRET_OUTPUTS, ...secretInputs];
        const entries = Object.entries(withoutDynamic(outputs)).map(
            ([name, value]) =>
                [name, unmarked(value), known.includes(name) || unmarked(value) !== value] as const,
        );
        secretOutputs = entries.filter(([, , secret]) => secret).map(([name]) => name);
        return Object.fromEntries(entries);
    };
    const failed = (error: unknown): Failed => {
        const { message, id, properties, reasons } = error as Failed;
        return id === undefined
            ? { message }
            : { message, id, properties: received(properties ?? {}), reasons: reasons ?? [] };
    };
    return {
        secretInputs,
        get secretOutputs() {
            return secretOutputs.sort();
        },
        async check(olds, news) {
            const { inputs, failures = [] } = await calls.check(
                { ...olds, ...DYNAMIC },
                { ...secretsAsTheClassTells(), ...news, ...DYNAMIC },
            );
            return { inputs: withoutDynamic(inputs), failures };
        },
        diff: async (id, olds, news) =>
            (await calls.diff(id, { ...olds, ...DYNAMIC }, { ...news, ...DYNAMIC })).changes,
        create: (inputs) =>
            calls
                .create({ ...inputs, ...DYNAMIC })
                .then(({ id, outs }) => ({ id, outs: received(outs) }), failed),
        read: (id, props) =>
            calls
                .read(id, { ...props, ...DYNAMIC })
                .then((answer) => ({ id: answer.id ?? "", props: received(answer.props) }), failed),
        update: (id, olds, news) =>
            calls
                .update(id, { ...olds, ...DYNAMIC }, { ...news, ...DYNAMIC })
                .then(({ outs }) => received(outs), failed),
        delete: (id, props) => calls.delete(id, { ...props, ...DYNAMIC }).then(() => undefined, failed),
        close: () => undefined,
    };
}
