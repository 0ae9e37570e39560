// Which provider a resource or function uses: the one it names, the one its component passes on, or the default
// provider of its package and version, which is registered when it is first needed.
import type { Goal } from "./goal";
import { DYNAMIC_PACKAGE } from "./pluginFinder";
import type { ConfigValues } from "./stackConfig";
import { packageOf, providerType } from "./urn";
import { type PropertyMap, secret } from "./values";

export interface ProviderWish {
    type: string;
    provider: string;
    version: string;
    pluginDownloadUrl: string;
    providers?: Record<string, string>;
}

export class DefaultProviders {
    private readonly registered = new Map<string, Promise<string>>();

    constructor(
        private readonly config: ConfigValues,
        /** Registers the provider resource and answers its reference. */
        private readonly register: (goal: Goal) => Promise<string>,
    ) {}

    resolve(wish: ProviderWish): Promise<string> {
        const packageName = packageOf(wish.type);
        const named = wish.provider || wish.providers?.[packageName];
        if (named) {
            return Promise.resolve(named);
        }
        const key = `${packageName} ${wish.version} ${wish.pluginDownloadUrl}`;
        let reference = this.registered.get(key);
        if (!reference) {
            reference = this.register(this.goalFor(packageName, wish));
            this.registered.set(key, reference);
        }
        return reference;
    }

    private goalFor(packageName: string, { version, pluginDownloadUrl }: ProviderWish): Goal {
        return {
            type: providerType(packageName),
            name: version === "" ? "default" : `default_${version.replaceAll(".", "_")}`,
            parent: "",
            custom: true,
            remote: false,
            properties: {
                ...this.configOf(packageName),
                ...(version === "" ? {} : { version, __internal: {} }),
                ...(pluginDownloadUrl === "" ? {} : { pluginDownloadURL: pluginDownloadUrl }),
            },
            dependencies: [],
            propertyDependencies: {},
            provider: "",
            providers: {},
            protect: undefined,
            deleteBeforeReplace: undefined,
            version,
            pluginDownloadUrl,
            ignoreChanges: [],
            additionalSecretOutputs: [],
            aliases: [],
            importId: "",
            customTimeouts: {},
            replaceOnChanges: [],
            retainOnDelete: undefined,
            deletedWith: "",
            hideDiffs: [],
            transforms: [],
            supportsResultReporting: false,
        };
    }

    /** The dynamic provider gets the whole configuration of the stack, every other package its own namespace. */
    private configOf(packageName: string): PropertyMap {
        const found: PropertyMap = {};
        for (const [key, value] of Object.entries(this.config.values)) {
            const [namespace, ...name] = key.split(":");
            const shown = this.config.secretKeys.includes(key) ? secret(value) : value;
            if (packageName === DYNAMIC_PACKAGE) {
                found[key] = shown;
            } else if (namespace === packageName) {
                found[name.join(":")] = shown;
            }
        }
        return found;
    }
}
