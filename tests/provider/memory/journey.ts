// A stack in; a move that is killed in the middle and goes on, a refresh, an upgrade, and an undo that is killed and goes on. Throws what any of them fails with.
import type { MemoryStack } from "../memoryStack";
import type { MemoryWorld } from "../memoryWorld";

export async function journey(world: MemoryWorld, stack: MemoryStack): Promise<void> {
    const succeeds = ({ kind, message }: Awaited<ReturnType<MemoryStack["up"]>>) => {
        if (kind !== "done") throw new Error(message);
    };
    await stack.up({}, { write: 30, moment: "after", kind: "crash" });
    world.settle();
    succeeds(await stack.up());
    succeeds(await stack.refresh());
    succeeds(await stack.up({ addonVersion: "v1.4.0-eksbuild.1" }));
    await stack.destroy({ write: 10, moment: "after", kind: "crash" });
    world.settle();
    succeeds(await stack.destroy());
}
