// Puts something between the product and the world in memory: the ports of every process, changed before they are handed out.
import type { Connection } from "../../../provider/connection/connection";
import { connectMemory } from "../memoryWorld";

export function connectWith(change: (connection: Connection) => Connection): typeof connectMemory {
    return (world, mover) => {
        const connect = connectMemory(world, mover);
        return async (...request) => change(await connect(...request));
    };
}

/** DescribeAddon of this add-on answers with this error for as long as `isOn` says so. */
export function refusedDescribe(addon: string, error: Error, isOn: () => boolean): typeof connectMemory {
    return connectWith((connection) => {
        const { addons } = connection.world;
        const describe = addons.describe.bind(addons);
        Object.assign(addons, {
            describe: async (name: string) => {
                if (name === addon && isOn()) throw error;
                return describe(name);
            },
        });
        return connection;
    });
}
