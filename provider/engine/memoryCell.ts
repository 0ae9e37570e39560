// One step's memory: read as it stands, and journaled before the change that needs it. Knows no step.

export interface MemoryCell<Memory> {
    /** As the journal has it now. */
    readonly value: Memory;
    /** Journals it in place of what stands there; `value` is the new one once this has ended. */
    write(memory: Memory): Promise<void>;
    /** The same for some fields; the others stay. */
    amend(change: Partial<Memory>): Promise<void>;
    /** Journals what `next` makes of the value as it is when this write's turn comes: two writes at once lose nothing of each other. */
    change(next: (now: Memory) => Memory): Promise<void>;
}

/** A share of a memory, of one add-on among several. */
export interface MemoryEntry<Memory> extends MemoryCell<Memory> {
    /** False before it is written, and once it is forgotten; `value` throws then. */
    readonly exists: boolean;
    forget(): Promise<void>;
}

export function memoryCell<Memory>(
    read: () => Memory,
    change: MemoryCell<Memory>["change"],
): MemoryCell<Memory> {
    return {
        get value() {
            return read();
        },
        write: (memory) => change(() => memory),
        amend: (fields) => change((now) => ({ ...now, ...fields })),
        change,
    };
}

/** The entry `name` of the record `field` of a memory. */
export function entryOf<Field extends string, Memory>(
    cell: MemoryCell<Readonly<Record<Field, Readonly<Record<string, Memory>>>>>,
    field: Field,
    name: string,
): MemoryEntry<Memory> {
    type Entries = Readonly<Record<string, Memory>>;
    const changeAll = (next: (entries: Entries) => Entries) =>
        cell.change((now) => ({ ...now, [field]: next(now[field]) }));
    const valueIn = (entries: Entries): Memory => {
        const memory = entries[name];
        if (memory === undefined) throw new Error(`nothing is remembered of ${name}`);
        return memory;
    };
    const { amend, change } = memoryCell(
        () => valueIn(cell.value[field]),
        (next) => changeAll((entries) => ({ ...entries, [name]: next(valueIn(entries)) })),
    );
    return {
        get exists() {
            return cell.value[field][name] !== undefined;
        },
        get value() {
            return valueIn(cell.value[field]);
        },
        write: (memory) => changeAll((entries) => ({ ...entries, [name]: memory })),
        amend,
        change,
        forget: () =>
            changeAll((entries) => {
                const { [name]: _, ...others } = entries;
                return others;
            }),
    };
}
