// A question that has one answer for as long as a process lives is asked once; a failure is not remembered.
const answers = new Map<string, Promise<unknown>>();

export function once<T>(key: readonly unknown[], ask: () => Promise<T>): Promise<T> {
    const text = JSON.stringify(key);
    const known = answers.get(text) as Promise<T> | undefined;
    if (known) return known;
    const asked = ask();
    answers.set(text, asked);
    asked.catch(() => answers.delete(text));
    return asked;
}
