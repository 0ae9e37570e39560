// Journals that are in the cluster and are not this stack's move come in; what people are told of them, and whether they stand in a move's way, goes out. Reads nothing, writes nothing.
import type { Blocker } from "../../common/blocker";
import { ErrorCode, MigrationError } from "../../common/errors";
import { journalName } from "../adapters/kubernetes/journalSecrets";
import type { JournalPlace } from "../connection/connection";
import { titled } from "../plan/previewLine";

/** A journal that nothing in this stack's state speaks for, or one that is over. */
export interface Stranger extends JournalPlace {
    /** What `adoptJournal` takes it over by. */
    readonly hash: string;
    /** It is over and deleted, and these finalizers of others hold its Secret; absent otherwise. */
    readonly heldBy?: readonly string[];
}

const ADOPT =
    'when another stack runs that move, use that stack; when you began it and its state is lost, take it over with `adoptJournal: "<that hash>"`; when nobody of yours began it, look who may create Secrets there and delete it';

/** Those that a move of one of the releases would write its own journal over, or that may be the reason why none is found. */
export function inTheWay(
    strangers: readonly Stranger[],
    releases: readonly { readonly namespace: string; readonly name: string }[],
): readonly Stranger[] {
    return strangers.filter(
        ({ namespace, release, heldBy }) =>
            (releases.length === 0 && heldBy === undefined) ||
            releases.some((one) => one.namespace === namespace && one.name === release),
    );
}

export function strangersBlocker(strangers: readonly Stranger[]): Blocker {
    const { code, what, remedy } = told(strangers);
    return { code, property: "adoptJournal", what, remedy };
}

export function strangersError(strangers: readonly Stranger[]): MigrationError {
    return new MigrationError({ ...told(strangers), step: "journal" });
}

/** For a plan whose move has nothing to do with it. */
export function noteOf({ namespace, release }: Stranger): string {
    return titled(
        "note",
        `a journal in namespace ${namespace} (Secret ${journalName(release)}) was not begun by this stack and is left alone`,
    );
}

export function describeStrangers(strangers: readonly Stranger[]): string {
    return strangers.map(describe).join("; ");
}

/** Once a Secret is let go, nothing needs to be known about its journal. */
export function letGoOf({ namespace, release }: JournalPlace, finalizers: readonly string[]): string {
    return `remove ${finalizers.join(", ")} from the Secret with \`kubectl -n ${namespace} edit secret ${journalName(release)}\`, or run the controller that does`;
}

function told(strangers: readonly Stranger[]) {
    const unvouched = strangers.filter(({ heldBy }) => heldBy === undefined);
    if (unvouched.length > 0)
        return {
            code: ErrorCode.JournalUnvouched,
            what: describeStrangers(unvouched),
            remedy: ADOPT,
        };
    const ways = strangers.map((stranger) => letGoOf(stranger, stranger.heldBy ?? []));
    return {
        code: ErrorCode.JournalHeld,
        what: describeStrangers(strangers),
        remedy: `${ways.join("; ")}; then run the command again`,
    };
}

function describe({ namespace, release, hash, heldBy }: Stranger): string {
    const secret = `the Secret ${journalName(release)} in namespace ${namespace}`;
    return heldBy === undefined
        ? `${secret} holds the journal of a move that this stack did not begin (hash ${hash.slice(0, 64)})`
        : `${secret} holds the journal of a move that is over: it was deleted, and ${heldBy.join(", ")}, a finalizer of somebody else's, keeps it`;
}
