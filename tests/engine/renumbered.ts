// Numbers ids again in an order that does not depend on timing: `<uuid-3>` of one run may be `<uuid-4>` of another when two
// providers start at the same time. One instance per side of a comparison, kept over all steps of a scenario.

export class Renumbered {
    private readonly numbers = new Map<string, string>();

    /** Keys of objects are visited in sorted order. */
    value(raw: unknown): unknown {
        if (typeof raw === "string") {
            return raw.replace(/<uuid-\d+>/g, (id) => this.number(id));
        }
        if (Array.isArray(raw)) {
            return raw.map((item) => this.value(item));
        }
        if (typeof raw === "object" && raw !== null) {
            const entries = Object.entries(raw).sort(([a], [b]) => (a < b ? -1 : 1));
            return Object.fromEntries(entries.map(([key, item]) => [key, this.value(item)]));
        }
        return raw;
    }

    private number(id: string): string {
        const known = this.numbers.get(id) ?? `<id ${this.numbers.size + 1}>`;
        this.numbers.set(id, known);
        return known;
    }
}
