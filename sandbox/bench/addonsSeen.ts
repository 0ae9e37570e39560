// A sandbox comes in; which add-ons there are, how long EKS took to create them, and when it was deleting some, goes out. Asks EKS past the fault proxy.
import { setTimeout as pause } from "node:timers/promises";
import { DescribeAddonCommand, ListAddonsCommand } from "@aws-sdk/client-eks";
import { awsClients } from "../content/awsClients";
import type { Sandbox } from "../sandboxHandle";
import type { Span } from "../watch/observation";

export interface SeenAddon {
    readonly name: string;
    readonly status: string;
    readonly createdAt: number;
    /** From CREATING to its end. */
    readonly creatingMs: number;
}

const EVERY_MS = 100;

export async function addonsIn(sandbox: Sandbox): Promise<SeenAddon[]> {
    const { eks } = awsClients(sandbox);
    const { clusterName } = sandbox;
    const { addons = [] } = await eks.send(new ListAddonsCommand({ clusterName }));
    return Promise.all(
        addons.map(async (addonName) => {
            const { addon } = await eks.send(new DescribeAddonCommand({ clusterName, addonName }));
            const [createdAt, endedAt] = [
                addon?.createdAt?.getTime() ?? 0,
                addon?.modifiedAt?.getTime() ?? 0,
            ];
            return {
                name: addonName,
                status: addon?.status ?? "",
                createdAt,
                creatingMs: endedAt - createdAt,
            };
        }),
    );
}

/** Watches add-ons go; each span begins with the request to delete one. */
export function watchDeletions(sandbox: Sandbox): { stop(): Promise<Span[]> } {
    const { eks } = awsClients(sandbox);
    const looks: { at: number; names: readonly string[] }[] = [];
    const stopping = new AbortController();
    const looking = (async () => {
        while (!stopping.signal.aborted) {
            const at = Date.now();
            const { addons = [] } = await eks.send(
                new ListAddonsCommand({ clusterName: sandbox.clusterName }),
            );
            looks.push({ at, names: addons });
            await pause(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
        }
    })();
    return {
        stop: async () => {
            stopping.abort();
            await looking;
            const requests = sandbox.faults.writes().filter(({ verb }) => verb === "DeleteAddon");
            return requests.flatMap(({ time: begin, what }) => {
                const name = what.slice(what.lastIndexOf(" ") + 1);
                const gone = looks.find(({ at, names }) => at >= begin && !names.includes(name));
                return gone === undefined ? [] : [{ begin, end: gone.at }];
            });
        },
    };
}
