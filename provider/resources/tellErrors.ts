// A resource's methods come in; the same with every error as one that says where it came from, why, and what to do next goes out.
import { asMigrationError } from "../../common/errors";
import type { DynamicProvider } from "../pulumi/guardMethods";
import { PartialFailure } from "../pulumi/partialState";
import type { Bag } from "../pulumi/propertyBag";

const REMEDY = "remove the cause and run the command again";

export function tellErrors(resource: string, provider: DynamicProvider): DynamicProvider {
    const told = async <T>(call: () => T | Promise<T>): Promise<T> => {
        try {
            return await call();
        } catch (error) {
            throw error instanceof PartialFailure ? error : asMigrationError(error, resource, REMEDY);
        }
    };
    return {
        check: (olds: Bag, news: Bag) => told(() => provider.check(olds, news)),
        diff: (id, olds, news) => told(() => provider.diff(id, olds, news)),
        create: (inputs) => told(() => provider.create(inputs)),
        read: (id, props) => told(() => provider.read(id, props)),
        update: (id, olds, news) => told(() => provider.update(id, olds, news)),
        delete: (id, props) => told(() => provider.delete(id, props)),
    };
}
