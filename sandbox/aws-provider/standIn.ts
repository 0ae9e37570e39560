// What a provider has to do to stand in for a plugin; the protocol is done for it.
import type { Failure } from "./typings";
import type { Properties } from "./values";

export interface StandIn {
    configure(settings: Properties): void;
    check(type: string, news: Properties): { inputs: Properties; failures: Failure[] };
    diff(type: string, oldInputs: Properties, news: Properties): { changed: string[]; replaces: string[] };
    preview(type: string, inputs: Properties, olds?: Properties): Properties;
    create(
        type: string,
        name: string,
        inputs: Properties,
        timeoutSeconds: number,
    ): Promise<{ id: string; outputs: Properties }>;
    read(
        type: string,
        name: string,
        id: string,
        outputs: Properties | undefined,
        inputs: Properties | undefined,
    ): Promise<{ outputs: Properties; inputs: Properties } | undefined>;
    update(
        type: string,
        name: string,
        id: string,
        olds: Properties,
        news: Properties,
        timeoutSeconds: number,
    ): Promise<Properties>;
    remove(
        type: string,
        name: string,
        id: string,
        outputs: Properties,
        timeoutSeconds: number,
    ): Promise<void>;
    invoke(token: string, inputs: Properties): Promise<{ answer: Properties } | { failures: Failure[] }>;
}

/** The package that the stand-in stands in for, in the version that the SDK asks for. */
export interface PackageName {
    name: string;
    version: string;
}
