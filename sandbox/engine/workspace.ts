// Project, stack, backend and configuration of one command, and reading and writing the stack's checkpoint with its
// secrets. Also which stack is the selected one.
import { createHash } from "node:crypto";
import { Backend } from "./backend";
import type { CommandLine } from "./commandLine";
import { Passphrase } from "./passphrase";
import { type Project, readProject } from "./project";
import { SecretsInState } from "./secretsInState";
import { readPhrase, StackConfig } from "./stackConfig";
import type { Deployment, PendingOperation, ResourceState } from "./state";

/** What the manifest says: this was not written by the real CLI. */
const VERSION = "v3.0.0-test-engine";

export class Workspace {
    readonly project: Project;
    readonly backend: Backend;
    readonly stack: string;
    readonly config: StackConfig;
    private readonly secrets: SecretsInState;

    constructor(
        line: CommandLine,
        private readonly environment: NodeJS.ProcessEnv,
        newStack?: string,
    ) {
        this.project = readProject(line.cwd);
        this.backend = new Backend(environment.PULUMI_BACKEND_URL, this.project.name);
        this.stack = newStack ?? this.chooseStack(line.stack ?? environment.PULUMI_STACK);
        this.config = new StackConfig(this.project, this.stack, environment);
        this.secrets = new SecretsInState(() => this.config.passphrase());
    }

    read(): Deployment | undefined {
        const deployment = this.backend.read(this.stack);
        return deployment && this.secrets.decrypt(deployment);
    }

    /** As stored, secrets encrypted. */
    readStored(): Deployment | undefined {
        return this.backend.read(this.stack);
    }

    readOther(project: string, stack: string): Deployment | undefined {
        const deployment = this.backend.read(stack, project);
        const salt = deployment?.secrets_providers?.state.salt;
        if (!deployment || !salt) {
            return deployment;
        }
        return new SecretsInState(() => Passphrase.open(readPhrase(this.environment), salt)).decrypt(
            deployment,
        );
    }

    write(resources: ResourceState[], pending: PendingOperation[]): void {
        this.backend.write(this.stack, this.secrets.encrypt(this.deploymentOf(resources, pending)));
    }

    emptyDeployment(): Deployment {
        return this.deploymentOf([], []);
    }

    private deploymentOf(resources: ResourceState[], pending: PendingOperation[]): Deployment {
        return {
            manifest: {
                time: new Date().toISOString(),
                magic: createHash("sha256").update(VERSION).digest("hex"),
                version: VERSION,
            },
            secrets_providers: { type: "passphrase", state: { salt: this.config.passphrase().salt } },
            ...(resources.length > 0 ? { resources: resources.map(withoutEmptyMaps) } : {}),
            ...(pending.length > 0
                ? {
                      pending_operations: pending.map(({ resource, type }) => ({
                          resource: withoutEmptyMaps(resource),
                          type,
                      })),
                  }
                : {}),
            metadata: {},
        };
    }

    private chooseStack(wanted: string | undefined): string {
        if (wanted) {
            const name = wanted.split("/").at(-1) ?? wanted;
            if (!this.backend.exists(name)) {
                throw new Error(`no stack named '${name}' found. Create it with \`stack init ${name}\``);
            }
            return name;
        }
        const [only, ...others] = this.backend.stacks();
        if (!only || others.length > 0) {
            throw new Error(
                only
                    ? "more than one stack: name one with --stack"
                    : "no stack selected; create one with `stack init <name>`",
            );
        }
        return only;
    }
}

/** As the CLI writes it: empty inputs and outputs are left out. */
function withoutEmptyMaps({ inputs, outputs, ...rest }: ResourceState): ResourceState {
    const isEmpty = (map: object | undefined): boolean => map === undefined || Object.keys(map).length === 0;
    return {
        ...rest,
        ...(isEmpty(inputs) ? {} : { inputs }),
        ...(isEmpty(outputs) ? {} : { outputs }),
    } as ResourceState;
}
