// A number and a noun come in; how people say it goes out.
/** "1 object", "2 objects". */
export function counted(count: number, noun: string): string {
    return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
