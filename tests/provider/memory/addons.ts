// The port `Addons` of one mover, on the simulated EKS.
import {
    type Addon,
    type AddonRequest,
    AddonStatus,
    type Addons,
    type AddonVersion,
    type Gate,
} from "../../../provider/ports/world";
import type { AddonRecord, Data } from "./data";
import type { Mover } from "./mover";

export interface AddonCatalogue {
    readonly versions: Readonly<Record<string, readonly string[]>>;
    readonly schema: (name: string, version: string) => Record<string, unknown> | undefined;
}

export class MemoryAddons implements Addons {
    constructor(
        readonly data: () => Data,
        readonly mover: Mover,
        readonly gate: Gate,
        readonly catalogue: AddonCatalogue,
        readonly changed: () => void,
    ) {}

    describe(name: string): Promise<Addon | undefined> {
        return this.mover.read(() => {
            const record = this.data().addons.get(name);
            return record && addonOf(record);
        });
    }

    list(): Promise<readonly string[]> {
        return this.mover.read(() => [...this.data().addons.keys()]);
    }

    versions(name: string): Promise<AddonVersion[]> {
        return this.mover.read(() =>
            (this.catalogue.versions[name] ?? []).map((version) => ({
                version,
            })),
        );
    }

    configurationSchema(name: string, version: string): Promise<Record<string, unknown> | undefined> {
        return this.mover.read(() => this.catalogue.schema(name, version));
    }

    create(request: AddonRequest): Promise<Addon> {
        return this.#write(`create add-on ${request.name}`, () => {
            const existing = this.data().addons.get(request.name);
            if (
                existing !== undefined &&
                existing.token === request.token &&
                existing.status !== AddonStatus.Deleting
            )
                return addonOf(existing);
            if (existing !== undefined)
                throw refused("ResourceInUseException", `Addon ${request.name} already exists`);
            const record: AddonRecord = {
                name: request.name,
                version: request.version,
                configurationValues: request.configurationValues ?? "",
                ...(request.serviceAccountRoleArn
                    ? { serviceAccountRoleArn: request.serviceAccountRoleArn }
                    : {}),
                status: AddonStatus.Creating,
                issues: [],
                tags: { ...request.tags },
                token: request.token,
                updates: {},
                work: {
                    kind: "create",
                    startedAt: this.data().now,
                    preserve: false,
                    applied: 0,
                    mode: "OVERWRITE",
                },
            };
            return addonOf(this.#keep(record));
        });
    }

    update(request: AddonRequest, mode: "OVERWRITE" | "PRESERVE"): Promise<string> {
        return this.#write(`update add-on ${request.name}`, () => {
            const existing = this.data().addons.get(request.name);
            if (existing === undefined)
                throw refused("ResourceNotFoundException", `No addon ${request.name}`);
            const updateId = `update-${request.token.slice(0, 12)}`;
            if (existing.updates[updateId] !== undefined) return updateId;
            if (existing.work !== undefined)
                throw refused("ResourceInUseException", `Addon ${request.name} is ${existing.status}`);
            this.#keep({
                ...existing,
                version: request.version,
                configurationValues: request.configurationValues ?? existing.configurationValues,
                status: AddonStatus.Updating,
                updates: { ...existing.updates, [updateId]: { status: "InProgress", errors: [] } },
                work: {
                    kind: "update",
                    startedAt: this.data().now,
                    preserve: false,
                    applied: 0,
                    updateId,
                    mode,
                },
            });
            return updateId;
        });
    }

    tag({ name }: Pick<Addon, "name">, tags: Readonly<Record<string, string>>): Promise<void> {
        return this.#retag(`tag add-on ${name}`, name, (before) => ({ ...before, ...tags }));
    }

    untag({ name }: Pick<Addon, "name">, keys: readonly string[]): Promise<void> {
        return this.#retag(`untag add-on ${name}`, name, (before) =>
            Object.fromEntries(Object.entries(before).filter(([key]) => !keys.includes(key))),
        );
    }

    describeUpdate(name: string, updateId: string) {
        return this.mover.read(() => {
            const update = this.data().addons.get(name)?.updates[updateId];
            if (update === undefined) throw refused("ResourceNotFoundException", `No update ${updateId}`);
            return update;
        });
    }

    async remove(name: string, { preserve }: { preserve: boolean }): Promise<void> {
        await this.#write(`remove add-on ${name}`, () => {
            const existing = this.data().addons.get(name);
            if (existing === undefined) return;
            if (existing.work !== undefined)
                throw refused("ResourceInUseException", `Addon ${name} is ${existing.status}`);
            this.#keep({
                ...existing,
                status: AddonStatus.Deleting,
                work: { kind: "delete", startedAt: this.data().now, preserve, applied: 0, mode: "OVERWRITE" },
            });
        });
    }

    #retag(
        what: string,
        name: string,
        next: (before: AddonRecord["tags"]) => AddonRecord["tags"],
    ): Promise<void> {
        return this.#write(what, () => {
            const existing = this.data().addons.get(name);
            if (existing === undefined) throw refused("NotFoundException", `No addon ${name}`);
            this.#keep({ ...existing, tags: next(existing.tags) });
        });
    }

    async #write<T>(what: string, call: () => T): Promise<T> {
        return this.mover.write(what, call, this.gate);
    }

    #keep(record: AddonRecord): AddonRecord {
        this.data().addons.set(record.name, record);
        this.changed();
        return record;
    }
}

function addonOf({ work: _, token: __, updates: ___, ...record }: AddonRecord): Addon {
    return { ...record, arn: `arn:aws:eks:us-west-2:123456789012:addon/demo/${record.name}/1` };
}

function refused(name: string, message: string): Error {
    return Object.assign(new Error(message), { name });
}
