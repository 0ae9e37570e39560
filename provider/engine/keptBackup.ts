// The backup that every undo reads from: written once, proved by its hash when it is read, and written again when somebody deletes it. Knows no document.

import { hashOf } from "../../common/hash";
import type { JournalStore } from "../ports/journalStore";
import type { SealKeys } from "./backupKeys";
import { pack, unpack } from "./compressedText";
import { damaged } from "./journalDocument";

export class KeptBackup {
    #packed: string | undefined;
    #hash: string | undefined;
    /** What was read last, as long as the memory is not needed: it is large, and nearly every step's undo asks for it. */
    #opened: WeakRef<object> | undefined;

    constructor(
        readonly store: JournalStore,
        readonly keys: SealKeys,
        packed: string | undefined,
        /** Undefined until the whole of it was written. */
        hash: string | undefined,
    ) {
        this.#packed = packed;
        this.#hash = hash;
    }

    /** For the journal's document. */
    get hash(): string | undefined {
        return this.#hash;
    }

    /** For the copy in Pulumi state. */
    get packed(): string | undefined {
        return this.#packed;
    }

    async write(content: unknown): Promise<void> {
        const packed = pack(await this.keys.seal(content));
        this.#packed = packed;
        this.#opened = undefined;
        await this.store.writeBackup(packed);
        this.#hash = hashOf(packed);
    }

    /** Frozen: all who ask get the same. */
    async read(): Promise<unknown> {
        const packed = this.#packed;
        if (packed === undefined || hashOf(packed) !== this.#hash)
            throw damaged("the backup in the journal is missing or does not match its hash");
        const known = this.#opened?.deref();
        if (known !== undefined) return known;
        const opened = frozen(await this.keys.open(unpack(packed)));
        if (typeof opened === "object" && opened !== null) this.#opened = new WeakRef(opened);
        return opened;
    }

    /** Somebody may delete it at any moment; as long as this mover lives it knows all that it held. */
    async isGone(): Promise<boolean> {
        if (this.#packed === undefined || this.#hash === undefined) return false;
        return !(await this.store.holdsBackup(this.#packed));
    }

    async writeAgain(): Promise<void> {
        if (this.#packed === undefined) return;
        await this.keys.writeAgain();
        await this.store.writeBackup(this.#packed);
    }
}

function frozen(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    for (const inside of Object.values(value)) frozen(inside);
    return Object.freeze(value);
}
