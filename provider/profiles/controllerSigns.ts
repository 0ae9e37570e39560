// A workload comes in; which controller it is goes out, by image, chart, service account and name, in this order: people rename Deployments, and hardly what runs in them. Pure.
import type { KubernetesObject } from "../ports/world";

/** How one controller is known, whatever its Deployment is called. */
export interface ControllerSigns {
    /** For people: "load balancer controller". */
    readonly component: string;
    /** Last part of the image's repository. */
    readonly image: RegExp;
    /** Charts that bring it, as `helm.sh/chart` and Helm's notes of the template name them; when they bring others too, `part` tells which. */
    readonly chart?: { readonly name: RegExp; readonly part?: RegExp };
    /** Service accounts that nothing else runs under. */
    readonly accounts?: RegExp;
    /** Names that charts and add-on give it. */
    readonly names: RegExp;
    /** Setting of the add-on that leaves it out when it is false. */
    readonly enabledBy?: string;
    /** Seconds from the start of its new pods until they are Ready on real nodes. */
    readonly startUpSeconds: number;
    /** How its requests reach the add-on's pods; absent where that is not known, so that it pauses. */
    readonly handover?: HandoverSigns;
    /** API groups whose webhooks or conversions it serves, and aggregated APIs that it answers for. */
    readonly serves: { readonly webhooksOf?: readonly string[]; readonly apiService?: string };
}

/** What the API server asks a controller for. */
export enum AskedFor {
    /** Other versions of custom resources. */
    Conversion = "conversion",
    /** Whether an object may be, and with what filled in. */
    Admission = "admission",
    /** Nothing itself: it signs for others that are asked, and leads. */
    Signature = "signature",
    /** Admission or an aggregated API, under a certificate that another one signs. */
    Signed = "signed",
}

/** What is known beforehand of the add-on's form of a controller; everything else is looked up in the cluster. */
export interface HandoverSigns {
    readonly askedFor: AskedFor;
    /** The add-on's Service, in the add-on's namespace, that is asked. */
    readonly service: string;
    /** Component that signs for it. */
    readonly signedBy?: string;
}

/** Which sign gave it away, for people. */
export interface Recognised {
    readonly signs: ControllerSigns;
    readonly by: string;
}

interface PodTemplate {
    readonly spec?: {
        readonly serviceAccountName?: string;
        readonly containers?: readonly { readonly image?: string }[];
    };
}

const CHART_LABEL = "helm.sh/chart";

/** `source` is the template that Helm rendered it from, where that is known. */
export function recognise(
    all: readonly ControllerSigns[],
    workload: KubernetesObject,
    source?: string,
): Recognised | undefined {
    const { template } = (workload.spec ?? {}) as { template?: PodTemplate };
    const images = (template?.spec?.containers ?? []).map(({ image = "" }) => repositoryOf(image));
    const charts = [workload.metadata.labels?.[CHART_LABEL] ?? "", chartOf(source)];
    const account = template?.spec?.serviceAccountName ?? "";
    const { name } = workload.metadata;
    const tests: readonly ((signs: ControllerSigns) => string | undefined)[] = [
        ({ image }) => images.find((one) => image.test(one)) && `image ${images.join(", ")}`,
        ({ chart }) => {
            const found = charts.find((one) => chart?.name.test(one));
            return found !== undefined && (chart?.part ?? /^/).test(name) ? `chart ${found}` : undefined;
        },
        ({ accounts }) => (accounts?.test(account) ? `service account ${account}` : undefined),
        ({ names }) => (names.test(name) ? `name ${name}` : undefined),
    ];
    for (const test of tests)
        for (const signs of all) {
            const by = test(signs);
            if (by !== undefined) return { signs, by };
        }
    return undefined;
}

function repositoryOf(image: string): string {
    return (image.split("/").at(-1) ?? "").replace(/[:@].*$/, "");
}

/** The chart inside the release's own one that a template is part of. */
function chartOf(source: string | undefined): string {
    return /\/charts\/([^/]+)\/templates\//.exec(source ?? "")?.[1] ?? "";
}
