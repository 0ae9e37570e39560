// The id of a move whose state is lost comes in; what the cluster's journal tells of it goes out, as inputs and state. Writes nothing; a journal is believed only by the hash that the user names.
import { asMigrationError, ErrorCode, MigrationError } from "../../common/errors";
import type { Log } from "../ports/world";
import { describeStrangers } from "./foreignJournals";
import { openSession } from "./openSession";
import { MigrationPhase, outputsAt, plainJson } from "./outputs";
import type { Bag } from "./propertyBag";
import type { SessionHost } from "./session";

/** ARN of the cluster, namespace, release; and behind `#` the hash of the journal. */
const ID = /^(arn:[^:]+:eks:([^:]+):\d+:cluster\/([^/]+))\/([^/]+)\/([^/#]+)(?:#(.+))?$/;

export interface ImportedMove {
    readonly id: string;
    readonly inputs: Bag;
    readonly props: Bag;
}

export async function importMove(id: string, host: SessionHost, log: Log): Promise<ImportedMove> {
    const [, clusterArn, region, clusterName, namespace, release, hash] = ID.exec(id) ?? [];
    if (clusterArn === undefined || clusterName === undefined || region === undefined) throw noId(id);
    if (namespace === undefined || release === undefined) throw noId(id);
    const reach = { clusterName, region, releaseName: release, releaseNamespace: namespace };
    const inputs = { ...reach, ...(hash === undefined ? {} : { adoptJournal: hash }) };
    const session = await openSession(host, inputs, log, "import", { keys: [], clusterArn });
    try {
        const place = await session.journals.place();
        const strangers = session.journals.strangers.filter(({ heldBy }) => heldBy === undefined);
        if (place === undefined) {
            throw new MigrationError({
                code: strangers.length > 0 ? ErrorCode.JournalUnvouched : ErrorCode.JournalDamaged,
                step: "import",
                what:
                    strangers.length > 0
                        ? describeStrangers(strangers)
                        : `the cluster has no journal of a move of release ${namespace}/${release}`,
                remedy:
                    strangers.length > 0
                        ? `when you began it and its state is lost, run the import again with the id ${id.split("#")[0]}#<that hash>`
                        : "check the id; nothing was changed",
            });
        }
        const journal = await session.journals.read(place, undefined);
        if (journal === undefined) throw noId(id);
        const isMoved = session.stepsFor(journal.plan).every(({ name }) => journal.isDone(name));
        const phase = isMoved ? MigrationPhase.Moved : MigrationPhase.Moving;
        const props = plainJson(outputsAt(journal, session, phase)) as unknown as Bag;
        return { id: `${clusterArn}/${namespace}/${release}`, inputs, props };
    } catch (error) {
        throw asMigrationError(
            error,
            "import",
            "remove the cause and run the import again; nothing was changed",
        );
    } finally {
        await session.close();
    }
}

function noId(id: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.InvalidInput,
        step: "import",
        what: `${id} names no move`,
        remedy: "give the ARN of the cluster, the namespace and the name of the Helm release: arn:aws:eks:<region>:<account>:cluster/<name>/<namespace>/<release>#<hash of the journal>",
    });
}
