// A life cycle comes in; one whose errors the engine and the user can read goes out. Changes no result.
import { clean, type Lifecycle } from "./dynamicResults";

/** Errors without a stack and without a foreign `id`, which the engine would take for partial state; results without undefined. */
export function guarded(lifecycle: Lifecycle): Lifecycle {
    return {
        check: (olds, news) => readable(() => lifecycle.check(olds, news)),
        diff: (id, olds, news) => readable(() => lifecycle.diff(id, olds, news)),
        create: (inputs) => readable(() => lifecycle.create(inputs)),
        read: (id, props) => readable(() => lifecycle.read(id, props)),
        update: (id, olds, news) => readable(() => lifecycle.update(id, olds, news)),
        delete: (id, props) => readable(() => lifecycle.delete(id, props)),
    };
}

async function readable<T>(call: () => Promise<T>): Promise<T> {
    try {
        const result = await call();
        return result === undefined ? result : (clean(result as Record<string, unknown>) as T);
    } catch (error) {
        if (isOurs(error)) throw error;
        const { name = "Error", message = String(error) } = error as Partial<Error>;
        const text = name === "Error" ? message : `${name}: ${message}`;
        throw Object.assign(new Error(text), { stack: text });
    }
}

/** Partial state and refusals were made by us. */
function isOurs(error: unknown): boolean {
    const { reasons, code } = error as { reasons?: unknown; code?: unknown };
    return Array.isArray(reasons) || code === 9;
}
