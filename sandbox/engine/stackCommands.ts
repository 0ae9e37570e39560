// The commands that only look at or edit a stack: stack init, rm, export, import, output, config set, cancel, state delete.
import { readFileSync } from "node:fs";
import type { CommandLine } from "./commandLine";
import { SecretsInState } from "./secretsInState";
import type { Deployment, Export } from "./state";
import { STACK_TYPE } from "./urn";
import { isMap, isSecret, mapValues, type PropertyMap, type PropertyValue } from "./values";
import { Workspace } from "./workspace";

const print = (text: string): void => void process.stdout.write(`${text}\n`);

export function stackInit(line: CommandLine, name: string | undefined, environment: NodeJS.ProcessEnv): void {
    const wanted = (name ?? line.stack ?? "").split("/").at(-1);
    if (!wanted) {
        throw new Error("missing stack name");
    }
    const workspace = new Workspace(line, environment, wanted);
    if (workspace.backend.exists(wanted)) {
        throw new Error(`stack '${wanted}' already exists`);
    }
    workspace.config.passphrase();
    workspace.backend.write(wanted, undefined);
    process.stderr.write(`Created stack '${wanted}'\n`);
}

export function stackRemove(line: CommandLine, environment: NodeJS.ProcessEnv): void {
    const workspace = new Workspace(line, environment);
    if ((workspace.readStored()?.resources ?? []).length > 0 && !line.flags.force) {
        throw new Error(
            `'${workspace.stack}' still has resources; removal rejected. Destroy them first or use --force`,
        );
    }
    workspace.backend.remove(workspace.stack);
    print(`Stack '${workspace.stack}' has been removed!`);
}

export function stackExport(line: CommandLine, environment: NodeJS.ProcessEnv): void {
    const workspace = new Workspace(line, environment);
    const shown = line.flags["show-secrets"] ? workspace.read() : workspace.readStored();
    const deployment = shown ?? workspace.emptyDeployment();
    const exported: Export = {
        version: 3,
        deployment: line.flags["show-secrets"] ? SecretsInState.show(deployment) : deployment,
    };
    print(JSON.stringify(exported, null, 4));
}

export function stackImport(line: CommandLine, environment: NodeJS.ProcessEnv): void {
    const workspace = new Workspace(line, environment);
    const text = readFileSync(line.flags.file ?? 0, "utf8");
    const { deployment } = JSON.parse(text) as Export;
    workspace.backend.write(workspace.stack, deployment);
    print("Import complete.");
}

export function stackOutput(
    line: CommandLine,
    name: string | undefined,
    environment: NodeJS.ProcessEnv,
): void {
    const workspace = new Workspace(line, environment);
    const outputs = outputsOf(workspace.read());
    const shown = mapValues(outputs, (value) => open(value, line.flags["show-secrets"] ?? false));
    if (name !== undefined) {
        const value = shown[name];
        if (value === undefined) {
            throw new Error(`current stack does not have output property '${name}'`);
        }
        print(line.flags.json || typeof value !== "string" ? JSON.stringify(value) : value);
    } else if (line.flags.json) {
        print(JSON.stringify(shown, null, 2));
    } else if (Object.keys(shown).length === 0) {
        print("No output values currently in this stack");
    } else {
        const width = Math.max("OUTPUT".length, ...Object.keys(shown).map((key) => key.length));
        print("Current stack outputs:");
        print(`    ${"OUTPUT".padEnd(width)}  VALUE`);
        for (const [key, value] of Object.entries(shown)) {
            print(`    ${key.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`);
        }
    }
}

export function configSet(
    line: CommandLine,
    key: string | undefined,
    value: string | undefined,
    environment: NodeJS.ProcessEnv,
): void {
    if (key === undefined) {
        throw new Error("config set needs a key and a value");
    }
    const workspace = new Workspace(line, environment);
    const { secret = false, path = false } = line.flags;
    workspace.config.set(key, value ?? readFileSync(0, "utf8").trimEnd(), { secret, path });
}

export function cancel(line: CommandLine, environment: NodeJS.ProcessEnv): void {
    const workspace = new Workspace(line, environment);
    workspace.backend.locks(workspace.stack).removeAll();
    print(`The currently running update for '${workspace.stack}' has been canceled!`);
}

export function stateDelete(
    line: CommandLine,
    urn: string | undefined,
    environment: NodeJS.ProcessEnv,
): void {
    const workspace = new Workspace(line, environment);
    const deployment = workspace.readStored();
    const resources = deployment?.resources ?? [];
    if (!deployment || !resources.some((resource) => resource.urn === urn)) {
        throw new Error(`No such resource "${urn}" exists in the current state`);
    }
    const remaining = resources.filter((resource) => resource.urn !== urn);
    const { resources: _all, ...rest } = deployment;
    workspace.backend.write(workspace.stack, {
        ...rest,
        ...(remaining.length > 0 ? { resources: remaining } : {}),
    });
    print("Resource deleted");
}

function outputsOf(deployment: Deployment | undefined): PropertyMap {
    return deployment?.resources?.find(({ type }) => type === STACK_TYPE)?.outputs ?? {};
}

function open(value: PropertyValue, showSecrets: boolean): PropertyValue {
    if (isSecret(value)) {
        return showSecrets ? open(value.value, true) : "[secret]";
    }
    if (Array.isArray(value)) {
        return value.map((item) => open(item, showSecrets));
    }
    return isMap(value) ? mapValues(value, (item) => open(item, showSecrets)) : value;
}
