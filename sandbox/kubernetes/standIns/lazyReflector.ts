// In: a collection that exists only with its CRD. Out: its objects, once somebody needs them. Writes nothing.
import type { ApiClient } from "../apiClient";
import type { KubeObject } from "../objectTypes";
import { Reflector } from "../reflector";

/** Watched only while wanted, so that a cluster without cert-manager sees no calls for its kinds. */
export class LazyReflector<T extends KubeObject> {
    private reflector: Reflector<T> | undefined;

    constructor(
        private readonly client: ApiClient,
        private readonly path: string,
        private readonly onChange: () => void,
        private readonly report: (problem: string) => void,
    ) {}

    /** Undefined until the first list has arrived; onChange tells when. */
    async objects(wanted: boolean): Promise<Reflector<T> | undefined> {
        if (!wanted) {
            await this.stop();
            return undefined;
        }
        const { client, path, onChange, report } = this;
        this.reflector ??= new Reflector<T>({ client, path, onChange, report }).start();
        return this.reflector.synced ? this.reflector : undefined;
    }

    async stop(): Promise<void> {
        const reflector = this.reflector;
        this.reflector = undefined;
        await reflector?.stop();
    }
}
