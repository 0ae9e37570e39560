// The name of a field manager comes in; whether it is a person's, EKS's, this package's or a controller's goes out. Pure.
import { PACKAGE_NAME } from "../../common/ourMarks";

/** EKS applies every add-on under this name. */
export const EKS_MANAGER = "eks";

/** Fields that a move writes. */
export const MOVERS: ReadonlySet<string> = new Set([EKS_MANAGER, PACKAGE_NAME]);

/** Of every cluster, of the release or of the add-on. */
const CONTROLLERS =
    /^(kube-.*|kubelet|cert-manager.*|cainjector|keda.*|controller|manager|aws-load-balancer-controller|cluster-autoscaler)$/;

/** Helm's own names; older ones begin with a capital. */
const HELM = /^[Hh]elm$/;

/** What EKS, this package and controllers write is the move's doing, or comes again by itself: nobody wished it. */
export function isNobodysWish(manager: string): boolean {
    return MOVERS.has(manager) || CONTROLLERS.test(manager);
}

/** Part of every cluster, or of the release itself. */
export function isUsualManager(manager: string): boolean {
    return isNobodysWish(manager) || HELM.test(manager);
}
