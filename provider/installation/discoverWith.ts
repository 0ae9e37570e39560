// The work of `discoverHelmInstallation`, on whatever world it is given. Reads only; nothing is locked, written or left behind.

import { ErrorCode, MigrationError } from "../../common/errors";
import type { Connect } from "../connection/connection";
import type { Clock, Log } from "../ports/world";
import { dependencyProfiles } from "../profiles/dependencies";
import { inTheWay } from "../pulumi/foreignJournals";
import { parseInputs } from "../pulumi/inputs";
import { plainJson } from "../pulumi/outputs";
import { planFor } from "../pulumi/planFor";
import { Session } from "../pulumi/session";
import type { DiscoverHelmInstallationArgs } from "./args";
import type { HelmInstallation } from "./helmInstallation";
import { installationFrom } from "./installationFrom";

export interface DiscoveryMeans {
    readonly connect: Connect;
    readonly clock: Clock;
    readonly log: Log;
}

export const SILENT: Log = { progress: () => undefined, warn: () => undefined };

export async function discoverWith(
    { connect, clock, log }: DiscoveryMeans,
    args: DiscoverHelmInstallationArgs,
): Promise<HelmInstallation> {
    const { inputs, failures, unknown } = parseInputs({ ...args });
    if (failures.length > 0 || unknown.length > 0) {
        throw new MigrationError({
            code: ErrorCode.InvalidInput,
            step: "discover",
            what:
                failures.map(({ property, reason }) => `${property} ${reason}`).join("; ") ||
                "an argument is not known yet",
            remedy: "correct the arguments of discoverHelmInstallation",
        });
    }
    const session = await Session.open(
        inputs,
        {
            connect,
            clock,
            holder: { identity: "discovery", isDead: () => undefined },
            stop: { reason: () => undefined, close: () => undefined },
        },
        log,
    );
    try {
        // Nothing here can say whose a journal is: one that would be in this move's way counts as begun.
        const [begunMove, found] = await Promise.all([session.journals.place(), planFor(session)]);
        const [foreign] = inTheWay(session.journals.strangers, found.discovery.releases);
        return plainJson(
            installationFrom({
                ...found,
                begunMove:
                    begunMove ?? (foreign && { namespace: foreign.namespace, release: foreign.release }),
                profile: session.profile,
                dependencies: dependencyProfiles,
            }),
        );
    } finally {
        await session.close();
    }
}
