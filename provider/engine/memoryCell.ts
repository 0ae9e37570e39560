// One step's memory: read as it stands, and journaled before the change that needs it. Knows no step.

export interface MemoryCell<Memory> {
    /** As the journal has it now. */
    readonly value: Memory;
    /** Journals it in place of what stands there; `value` is the new one once this has ended. */
    write(memory: Memory): Promise<void>;
    /** The same for some fields; the others stay. */
    amend(change: Partial<Memory>): Promise<void>;
}

/** A share of a memory, of one add-on among several. */
export interface MemoryEntry<Memory> extends MemoryCell<Memory> {
    /** False before it is written, and once it is forgotten; `value` throws then. */
    readonly exists: boolean;
    forget(): Promise<void>;
}

export function memoryCell<Memory>(
    read: () => Memory,
    journal: (memory: Memory) => Promise<void>,
): MemoryCell<Memory> {
    return {
        get value() {
            return read();
        },
        write: journal,
        amend: (change) => journal({ ...read(), ...change }),
    };
}

/** The entry `name` of the record `field` of a memory. */
export function entryOf<Field extends string, Memory>(
    cell: MemoryCell<Readonly<Record<Field, Readonly<Record<string, Memory>>>>>,
    field: Field,
    name: string,
): MemoryEntry<Memory> {
    const record = () => cell.value[field];
    const journal = (entries: Readonly<Record<string, Memory>>) =>
        cell.write({ ...cell.value, [field]: entries });
    const read = (): Memory => {
        const memory = record()[name];
        if (memory === undefined) throw new Error(`nothing is remembered of ${name}`);
        return memory;
    };
    const { amend, write } = memoryCell(read, (memory) => journal({ ...record(), [name]: memory }));
    return {
        get exists() {
            return record()[name] !== undefined;
        },
        get value() {
            return read();
        },
        write,
        amend,
        forget: () => {
            const { [name]: _, ...others } = record();
            return journal(others);
        },
    };
}
