// The rest of a resource that only remembers what its check found out: nothing is made, nothing goes.
import type { DynamicProvider } from "../pulumi/guardMethods";

export const rememberOnly: Pick<DynamicProvider, "create" | "read" | "update" | "delete"> = {
    create: (inputs) => ({ id: String(inputs.clusterName), outs: inputs }),
    read: (id, props) => ({ id, props }),
    update: (_id, _olds, news) => ({ outs: news }),
    delete: () => undefined,
};
