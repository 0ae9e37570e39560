// The journal as it is kept: a copy, its head, and the store that keeps the cluster's. Types only.

/** One copy as it is stored: compressed, base64, with hashes. */
export interface JournalCopy {
    readonly document: string;
    readonly hash: string;
    readonly backup?: string;
}

/** The cluster's copy without its backup. */
export interface JournalHead {
    readonly document: string;
    readonly hash: string;
    /** Made with a key of the stack that wrote it. */
    readonly mark?: string;
    /** The journal is over and its Secret deleted, and these finalizers of others hold it; absent otherwise. */
    readonly heldBy?: readonly string[];
}

/** Where the crash-time copy lives. */
export interface JournalStore {
    /** Takes the place of the former document in one moment: a reader finds the one or the other, whole. */
    writeDocument(document: string, hash: string): Promise<void>;
    writeBackup(backup: string): Promise<void>;
    /** Whether all parts of it are there; their content is proved by its hash when it is read. */
    holdsBackup(backup: string): Promise<boolean>;
    /** Content of a Secret that the backup has no room for, by the name of that Secret; proved by its hash when it is read. */
    writeApart(name: string, data: Readonly<Record<string, string>>): Promise<void>;
    readApart(name: string): Promise<Readonly<Record<string, string>> | undefined>;
    readHead(): Promise<JournalHead | undefined>;
    read(): Promise<JournalCopy | undefined>;
    /** Keeps the key of a namespace's Secrets in that namespace, for whom the stack's state is lost. */
    writeKey(namespace: string, key: string): Promise<void>;
    readKey(namespace: string): Promise<string | undefined>;
    /** Answers the finalizers of others that hold the head; mostly none. */
    remove(): Promise<readonly string[]>;
}
