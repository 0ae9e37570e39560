// The add-on that is to be destroyed and the models that it serves come in; the refusal goes out, with the next command.
import { counted } from "../../common/counted";
import { ErrorCode, Refusal } from "../../common/errors";

const MODELS_NAMED = 10;

export function modelsRemain(
    { addonName, clusterName }: { readonly addonName: string; readonly clusterName: string },
    models: readonly string[],
): Refusal {
    const named = models.slice(0, MODELS_NAMED).join(", ");
    return new Refusal({
        code: ErrorCode.ModelsRemain,
        step: "destroy",
        what:
            `The add-on ${addonName} of the cluster ${clusterName} still serves ` +
            `${counted(models.length, "custom resource")}: ${named}${models.length > MODELS_NAMED ? ", …" : ""}`,
        why: "without the operator their finalizers would never end, so nothing was deleted",
        remedy:
            "delete the models first (kubectl delete <kind> -n <namespace> <name>), or keep everything running: " +
            "set preserveOnDelete to true, run pulumi up, then pulumi destroy",
    });
}
