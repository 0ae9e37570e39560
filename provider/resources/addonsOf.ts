// The properties of a resource come in; the EKS add-ons of its cluster go out, as the port.
import { EksAddons, EksApi } from "../adapters/aws/addons";
import { openSession, type SessionRequest } from "../adapters/aws/session";
import { openGate } from "../adapters/locklessGates";
import type { Addons } from "../ports/world";

export async function addonsOf(
    request: SessionRequest,
    cluster: { readonly name: string; readonly kubernetesVersion: string },
): Promise<Addons> {
    // Asking EKS again for a creation that failed is no part of a move, so no lock guards it.
    return new EksAddons(await EksApi.open(await openSession(request), openGate), cluster);
}
