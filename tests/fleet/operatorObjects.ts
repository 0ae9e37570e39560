// Reads the objects of examples/fleet/operator. Asserts nothing.
import { readFileSync } from "node:fs";
import path from "node:path";
import { loadAll } from "js-yaml";

export const EXAMPLE = path.resolve(__dirname, "../../examples/fleet");

export interface OperatorObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels: Record<string, string>;
    };
}

export interface StackObject extends OperatorObject {
    readonly spec: {
        readonly preview: boolean;
        readonly config: Record<string, string>;
        readonly prerequisites?: readonly { readonly name: string }[];
        readonly destroyOnFinalize: boolean;
        readonly repoDir: string;
        readonly serviceAccountName: string;
    };
}

export function operatorObjects(): OperatorObject[] {
    return loadAll(readFileSync(path.join(EXAMPLE, "operator/stacks.yaml"), "utf8")) as OperatorObject[];
}

export function stackObjects(): StackObject[] {
    return operatorObjects().filter((one): one is StackObject => one.kind === "Stack");
}
