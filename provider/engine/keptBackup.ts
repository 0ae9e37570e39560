// The backup that every undo reads from: written once, proved by its hash when it is read, and written again when somebody deletes it. Knows no document.

import { hashOf } from "../../common/hash";
import type { JournalStore } from "../ports/journalStore";
import type { SealKeys } from "./backupKeys";
import { pack, unpack } from "./compressedText";
import { damaged } from "./journalDocument";

export class KeptBackup {
    #packed: string | undefined;
    #hash: string | undefined;

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
        await this.store.writeBackup(packed);
        this.#hash = hashOf(packed);
    }

    async read(): Promise<unknown> {
        const packed = this.#packed;
        if (packed === undefined || hashOf(packed) !== this.#hash)
            throw damaged("the backup in the journal is missing or does not match its hash");
        return this.keys.open(unpack(packed));
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
