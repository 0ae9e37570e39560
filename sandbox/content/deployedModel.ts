// A deployed model, as later content and tests find it. Types only.
import type { StoredObject } from "./certificateObjects";
import type { LoadBalancer } from "./loadBalancers";

export interface Model {
    kind: string;
    name: string;
    namespace: string;
    uid: string;
    ingress: { namespace: string; name: string };
    loadBalancer: LoadBalancer;
    certificateArn: string;
    objects: StoredObject[];
}
