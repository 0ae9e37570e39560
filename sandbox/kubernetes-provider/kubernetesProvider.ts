// The stand-in's behaviour: any Kubernetes object by server-side apply, with the program's kubeconfig. Waits for deletion, and for nothing else.
import type { StandIn } from "../aws-provider/standIn";
import { hasUnknown, isSame, type Properties, unknown } from "../aws-provider/values";

type KubernetesObjectApi = Awaited<ReturnType<typeof clientOf>>;

const manager = "pulumi-kubernetes";
const deletionSeconds = 60;

export class KubernetesProvider implements StandIn {
    private client: Promise<KubernetesObjectApi> | undefined;

    configure({ kubeconfig }: Properties): void {
        if (typeof kubeconfig !== "string" || kubeconfig === unknown) return;
        this.client = clientOf(kubeconfig);
        // Told to the first call that needs it.
        this.client.catch(() => undefined);
    }

    check(_type: string, news: Properties) {
        const named = typeof news.metadata?.name === "string";
        const failures = named ? [] : [{ property: "metadata.name", reason: "the stand-in gives no names" }];
        return { inputs: news, failures };
    }

    diff(_type: string, olds: Properties, news: Properties) {
        const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
        const changed = keys.filter((key) => hasUnknown(news[key]) || !isSame(olds[key], news[key]));
        const isAnother = !isSame(identityOf(olds), identityOf(news));
        return { changed, replaces: isAnother ? ["metadata"] : [] };
    }

    preview(_type: string, inputs: Properties): Properties {
        return inputs;
    }

    async create(_type: string, _name: string, inputs: Properties) {
        const { name, namespace } = identityOf(inputs);
        return { id: [namespace, name].filter(Boolean).join("/"), outputs: await this.apply(inputs) };
    }

    async read(
        _type: string,
        _name: string,
        _id: string,
        outputs: Properties | undefined,
        inputs: Properties | undefined,
    ) {
        if (!outputs) throw new Error("the stand-in kubernetes plugin imports nothing");
        const there = await this.find(outputs);
        return there && { outputs: there, inputs: inputs ?? {} };
    }

    update(_type: string, _name: string, _id: string, _olds: Properties, news: Properties) {
        return this.apply(news);
    }

    async remove(_type: string, _name: string, id: string, outputs: Properties): Promise<void> {
        if (!(await this.find(outputs))) return;
        await (await this.api()).delete(headerOf(outputs));
        for (let tries = 0; tries < deletionSeconds * 5; tries += 1) {
            if (!(await this.find(outputs))) return;
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
        throw new Error(`${String(outputs.kind)} ${id} is not gone after ${deletionSeconds} s`);
    }

    async invoke(token: string): Promise<never> {
        throw new Error(`the stand-in kubernetes plugin has no function ${token}`);
    }

    private async api(): Promise<KubernetesObjectApi> {
        if (!this.client) throw new Error("the kubernetes provider has no kubeconfig");
        return this.client;
    }

    private async apply(inputs: Properties): Promise<Properties> {
        const api = await this.api();
        const { PatchStrategy } = await import("@kubernetes/client-node");
        const { ServerSideApply } = PatchStrategy;
        return plain(await api.patch(inputs, undefined, undefined, manager, true, ServerSideApply));
    }

    private async find(object: Properties): Promise<Properties | undefined> {
        try {
            return plain(await (await this.api()).read(headerOf(object)));
        } catch (error) {
            if ((error as { code?: number }).code === 404) return undefined;
            throw error;
        }
    }
}

async function clientOf(kubeconfig: string) {
    const { KubeConfig, KubernetesObjectApi } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromString(kubeconfig);
    return KubernetesObjectApi.makeApiClient(config);
}

function identityOf({ apiVersion, kind, metadata }: Properties) {
    return { apiVersion, kind, name: metadata?.name, namespace: metadata?.namespace };
}

/** Which object it is, as the client asks for it. */
function headerOf(object: Properties): Parameters<KubernetesObjectApi["read"]>[0] {
    const { apiVersion, kind, name, namespace } = identityOf(object);
    return { apiVersion, kind, metadata: { name, namespace } };
}

/** Without the class instances that the client makes of dates. */
function plain(object: object): Properties {
    return JSON.parse(JSON.stringify(object)) as Properties;
}
