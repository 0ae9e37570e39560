// What the stand-in has to know about one resource type.
import type { AwsClients } from "./awsClients";
import type { Properties } from "./values";

export interface Call {
    aws: AwsClients;
    /** Logical name, for generated physical names. */
    name: string;
    timeoutSeconds: number | undefined;
}

export interface ResourceType {
    /** Where @pulumi/aws declares it, like "eks/addon". */
    module: string;
    /** Its arguments there, like "AddonArgs". */
    argumentsName: string;
    /** Inputs that reach AWS; the others are refused, so that no program believes in one that was ignored. */
    applied: string[];
    /** Inputs that AWS takes as JSON text; a program may give the object. */
    documents?: string[];
    /** Inputs that cannot change in place. */
    replacedBy: string[];
    /** Outputs that only AWS knows, unknown in a preview. */
    computed: string[];
    create(call: Call, inputs: Properties): Promise<{ id: string; outputs: Properties }>;
    /** What is there now, as outputs; undefined when it is gone. `outputs` is absent for an import. */
    read(call: Call, id: string, outputs: Properties | undefined): Promise<Properties | undefined>;
    update(call: Call, id: string, olds: Properties, news: Properties): Promise<Properties>;
    remove(call: Call, id: string, outputs: Properties): Promise<void>;
}

/** A create that got as far as an id: what there is goes into the state, and the next update continues. */
export class PartlyCreated extends Error {
    constructor(
        readonly id: string,
        readonly outputs: Properties,
        message: string,
    ) {
        super(message);
    }
}

/** Physical name from a prefix, as Terraform makes it: 26 digits that sort by time. */
export function uniqueName(prefix: string): string {
    const time = new Date().toISOString().replace(/\D/g, "").slice(0, 17);
    counter = (counter + 1) % 1_000_000;
    return `${prefix}${time}${digits(process.pid % 1000, 3)}${digits(counter, 6)}`;
}

const digits = (number: number, count: number) => String(number).padStart(count, "0");

let counter = Math.floor(Math.random() * 900_000);

export const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
