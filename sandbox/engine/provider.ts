// A configured provider as the steps use it: strips secrets and references for providers that do not want them, marks
// secrets again in what comes back, and answers previews in place of providers that cannot. Plans and stores nothing.
import { randomBytes } from "node:crypto";
import { type ConfigureAnswer, type DiffAnswer, type Failure, ProviderError } from "./providerAnswers";
import type { ProviderCalls } from "./providerCalls";
import type { ResourceState } from "./state";
import { nameOf, typeOf } from "./urn";
import { type PropertyMap, plain, remark, withoutReferences } from "./values";

export class Provider {
    constructor(
        readonly calls: ProviderCalls,
        private readonly abilities: ConfigureAnswer,
        /** False in a preview in which the provider's own configuration is not yet known. */
        readonly configured: boolean,
    ) {}

    async check(
        urn: string,
        olds: PropertyMap,
        news: PropertyMap,
    ): Promise<{ inputs: PropertyMap; failures: Failure[] }> {
        if (!this.configured) {
            return { inputs: news, failures: [] };
        }
        const answer = await this.calls.check({
            ...named(urn),
            olds: this.marshal(olds),
            news: this.marshal(news),
            randomSeed: randomBytes(32),
        });
        return { inputs: this.unmarshal(answer.inputs, news), failures: answer.failures };
    }

    /** `olds` are old outputs; undefined when nothing can be said yet. */
    async diff(
        resource: Identified,
        news: PropertyMap,
        ignoreChanges: string[],
    ): Promise<DiffAnswer | undefined> {
        if (!this.configured) {
            return undefined;
        }
        return await this.calls.diff({
            ...named(resource.urn),
            id: resource.id,
            olds: this.marshal(resource.outputs),
            news: this.marshal(news),
            oldInputs: this.marshal(resource.inputs),
            ignoreChanges,
        });
    }

    async create(
        urn: string,
        inputs: PropertyMap,
        timeout: number,
        preview: boolean,
    ): Promise<{ id: string; outputs: PropertyMap }> {
        if (preview && !(this.abilities.supportsPreview && this.configured)) {
            return { id: "", outputs: this.configured ? inputs : {} };
        }
        const call = this.calls.create({ ...named(urn), properties: this.marshal(inputs), timeout, preview });
        const answer = await this.withMarkedFailure(call, inputs);
        if (!preview && answer.id === "") {
            throw new Error(`provider for ${typeOf(urn)} returned empty resource.ID from create`);
        }
        return { id: answer.id, outputs: this.unmarshal(answer.properties, inputs) };
    }

    async update(resource: Identified, news: PropertyMap, options: UpdateOptions): Promise<PropertyMap> {
        if (options.preview && !(this.abilities.supportsPreview && this.configured)) {
            return this.configured ? news : {};
        }
        const call = this.calls.update({
            ...named(resource.urn),
            id: resource.id,
            olds: this.marshal(resource.outputs),
            news: this.marshal(news),
            oldInputs: this.marshal(resource.inputs),
            ...options,
        });
        const answer = await this.withMarkedFailure(call, news);
        return this.unmarshal(answer.properties, news);
    }

    /** Without `olds` it is an import. Undefined when the resource is gone. */
    async read(
        urn: string,
        id: string,
        olds?: { inputs: PropertyMap; outputs: PropertyMap },
    ): Promise<ReadResult | undefined> {
        const known = olds
            ? { properties: this.marshal(olds.outputs), inputs: this.marshal(olds.inputs) }
            : {};
        const answer = await this.calls.read({ ...named(urn), id, timeout: 0, ...known });
        if (answer.id === "") {
            return undefined;
        }
        const markAs = { ...olds?.inputs, ...olds?.outputs };
        return {
            id: answer.id,
            ...(answer.properties ? { outputs: this.unmarshal(answer.properties, markAs) } : {}),
            ...(answer.inputs ? { inputs: this.unmarshal(answer.inputs, olds?.inputs ?? {}) } : {}),
        };
    }

    async delete(resource: Identified, timeout: number): Promise<void> {
        await this.calls.delete({
            ...named(resource.urn),
            id: resource.id,
            properties: this.marshal(resource.outputs),
            oldInputs: this.marshal(resource.inputs),
            timeout,
        });
    }

    async invoke(
        tok: string,
        args: PropertyMap,
        preview: boolean,
    ): Promise<{ return: PropertyMap; failures: Failure[] }> {
        return await this.calls.invoke({ tok, args: plain(args), preview });
    }

    private marshal(map: PropertyMap): PropertyMap {
        if (!this.abilities.acceptSecrets) {
            return plain(map);
        }
        return this.abilities.acceptResources ? map : withoutReferences(map);
    }

    private unmarshal(answer: PropertyMap, sent: PropertyMap): PropertyMap {
        return this.abilities.acceptSecrets ? answer : remark(answer, sent);
    }

    private async withMarkedFailure<T>(call: Promise<T>, sent: PropertyMap): Promise<T> {
        try {
            return await call;
        } catch (error) {
            if (error instanceof ProviderError && error.init) {
                const init = { ...error.init, properties: this.unmarshal(error.init.properties, sent) };
                throw new ProviderError(error.message, error.code, init);
            }
            throw error;
        }
    }
}

export interface Identified {
    urn: string;
    id: string;
    inputs: PropertyMap;
    outputs: PropertyMap;
}

export interface UpdateOptions {
    timeout: number;
    preview: boolean;
    ignoreChanges: string[];
}

export interface ReadResult {
    id: string;
    outputs?: PropertyMap;
    inputs?: PropertyMap;
}

export function identified(state: ResourceState): Identified {
    return { urn: state.urn, id: state.id ?? "", inputs: state.inputs ?? {}, outputs: state.outputs ?? {} };
}

export function named(urn: string): { urn: string; name: string; type: string } {
    return { urn, name: nameOf(urn), type: typeOf(urn) };
}
