// All provider plugins of one deployment: starts each once, checks and configures it, finds it again by its reference
// (`<urn>::<id>`), and ends them all. A provider process lives for one deployment, as with the real CLI.
import type { CallLog } from "./callLog";
import type { Message } from "./events";
import { DYNAMIC_PACKAGE, findPlugin } from "./pluginFinder";
import { PluginProcess } from "./pluginProcess";
import type { Project } from "./project";
import { named, Provider } from "./provider";
import type { DiffAnswer, Failure } from "./providerAnswers";
import { ProviderCalls } from "./providerCalls";
import type { ResourceState } from "./state";
import { packageOf, typeOf } from "./urn";
import { containsUnknown, isSecret, type PropertyMap, plain } from "./values";

const CANCEL_TIMEOUT_MS = 30_000;

interface Plugin {
    calls: ProviderCalls;
    process?: PluginProcess;
}

export interface ProvidersOptions {
    project: Project;
    environment: NodeJS.ProcessEnv;
    engineAddress: string;
    isPreview: boolean;
    log: CallLog;
    onMessage: (message: Message) => void;
}

export class Providers {
    private readonly plugins: Plugin[] = [];
    /** Started for a provider resource, not yet configured. */
    private readonly loading = new Map<string, Promise<Plugin>>();
    private readonly configured = new Map<string, Promise<Provider>>();

    constructor(private readonly options: ProvidersOptions) {}

    async check(
        urn: string,
        olds: PropertyMap,
        news: PropertyMap,
    ): Promise<{ inputs: PropertyMap; failures: Failure[] }> {
        if (isBuiltin(urn)) {
            return { inputs: news, failures: [] };
        }
        const { calls } = await this.load(urn, news);
        const answer = await calls.checkConfig({
            ...named(urn),
            olds: withoutInternal(plain(olds)),
            news: withoutInternal(plain(news)),
        });
        return answer && answer.failures.length > 0 ? answer : { inputs: news, failures: [] };
    }

    async diff(urn: string, old: ResourceState, news: PropertyMap): Promise<DiffAnswer | undefined> {
        if (isBuiltin(urn)) {
            return undefined;
        }
        const { calls } = await this.load(urn, news);
        return await calls.diffConfig({
            ...named(urn),
            olds: withoutInternal(plain(old.outputs ?? {})),
            news: withoutInternal(plain(news)),
            oldInputs: withoutInternal(plain(old.inputs ?? {})),
        });
    }

    /** Makes the provider usable under its reference. */
    async configure(urn: string, id: string, inputs: PropertyMap): Promise<void> {
        if (isBuiltin(urn)) {
            return;
        }
        const plugin = await this.load(urn, inputs);
        this.loading.delete(urn);
        const provider = configureWith(plugin, urn, id, withoutInternal(inputs), this.options.isPreview);
        this.configured.set(`${urn}::${id}`, provider);
        await provider;
    }

    /** Unchanged: configured now, unless it is already in use in this deployment. */
    async keep(urn: string, id: string, inputs: PropertyMap): Promise<void> {
        if (this.configured.has(`${urn}::${id}`)) {
            this.loading.delete(urn);
            return;
        }
        await this.configure(urn, id, inputs);
    }

    async get(reference: string): Promise<Provider> {
        const provider = this.configured.get(reference);
        if (!provider) {
            throw new Error(`unknown provider '${reference}'`);
        }
        return await provider;
    }

    /** For a provider that is in the state, but that no program registers in this deployment. */
    async ensure(state: ResourceState): Promise<void> {
        const known = this.configured.get(`${state.urn}::${state.id}`);
        await (known ?? this.configure(state.urn, state.id ?? "", state.inputs ?? {}));
    }

    /** Sends Cancel to every provider; a provider that cannot answer any more is passed over. */
    async cancel(timeoutMs = CANCEL_TIMEOUT_MS): Promise<void> {
        await Promise.all(
            this.plugins.map((plugin) => plugin.calls.cancel(timeoutMs).catch(() => undefined)),
        );
    }

    async end(): Promise<void> {
        for (const plugin of this.plugins) {
            plugin.calls.close();
        }
        await Promise.all(this.plugins.map((plugin) => plugin.process?.end()));
    }

    private load(urn: string, inputs: PropertyMap): Promise<Plugin> {
        let plugin = this.loading.get(urn);
        if (!plugin) {
            plugin = this.start(packageOf(typeOf(urn)), inputs);
            this.loading.set(urn, plugin);
        }
        return plugin;
    }

    private async start(packageName: string, inputs: PropertyMap): Promise<Plugin> {
        const { project, environment, engineAddress, log } = this.options;
        const version = typeof inputs.version === "string" ? inputs.version : "";
        const source = findPlugin(packageName, version, project, environment);
        if (source.kind === "running") {
            const calls = new ProviderCalls(packageName, source.address, log);
            this.plugins.push({ calls });
            await calls.handshake(engineAddress, undefined, undefined);
            await calls.attach(engineAddress);
            await calls.getPluginInfo();
            return { calls };
        }
        const process = await PluginProcess.start({
            command: source.command,
            arguments: [...source.arguments, engineAddress],
            directory: project.programDirectory,
            environment: {
                ...environment,
                PULUMI_PROJECT: project.name,
                PULUMI_NODEJS_PROJECT: project.name,
                PULUMI_CONFIG: "{}",
            },
            onOutput: (line, stream) => this.output(packageName, line, stream),
        });
        const calls = new ProviderCalls(packageName, process.address, log);
        const plugin = { calls, process };
        this.plugins.push(plugin);
        await calls.handshake(engineAddress, project.root, project.programDirectory);
        await calls.getPluginInfo();
        return plugin;
    }

    /** What the dynamic provider prints is shown; other plugins are quiet unless something is wrong. */
    private output(packageName: string, line: string, stream: "stdout" | "stderr"): void {
        const severity =
            packageName !== DYNAMIC_PACKAGE ? "debug" : stream === "stdout" ? "info" : "info#err";
        this.options.onMessage({ severity, text: line });
    }
}

async function configureWith(
    plugin: Plugin,
    urn: string,
    id: string,
    args: PropertyMap,
    isPreview: boolean,
): Promise<Provider> {
    if (isPreview && containsUnknown(args)) {
        const nothing = {
            acceptSecrets: false,
            supportsPreview: false,
            acceptResources: false,
            acceptOutputs: false,
        };
        return new Provider(plugin.calls, nothing, false);
    }
    const answer = await plugin.calls.configure({ ...named(urn), id, args, variables: variables(urn, args) });
    return new Provider(plugin.calls, answer, true);
}

/** The older form of configuration, beside `args`: texts only, secrets open. */
function variables(urn: string, args: PropertyMap): Record<string, string> {
    const entries = Object.entries(args)
        .filter(([key]) => key !== "version" && key !== "pluginDownloadURL")
        .map(([key, value]) => [
            `${packageOf(typeOf(urn))}:config:${key}`,
            isSecret(value) ? value.value : value,
        ])
        .filter(([, value]) => typeof value === "string");
    return Object.fromEntries(entries) as Record<string, string>;
}

function withoutInternal(inputs: PropertyMap): PropertyMap {
    const { __internal, ...rest } = inputs;
    return rest;
}

/** The engine's own resources (stack references) need no plugin. */
function isBuiltin(urn: string): boolean {
    return packageOf(typeOf(urn)) === "pulumi";
}
