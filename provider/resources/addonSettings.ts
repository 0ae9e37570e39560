// Versions and settings of add-ons come in, every reason why EKS would refuse them goes out, at preview. Writes nothing.

import { describeBlocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import { UNKNOWN } from "../../common/unknownValue";
import type { SessionRequest } from "../adapters/aws/session";
import type { CheckFailure } from "../pulumi/inputs";
import type { Bag } from "../pulumi/propertyBag";
import { settingProblems } from "../settings/validateSettings";
import { findAbsent } from "./absentDependencies";
import { addonsOf } from "./addonsOf";
import { once } from "./askOnce";
import { reachCluster, reachIn } from "./clusterOfResource";
import { differs } from "./propertiesDiffer";
import { rememberOnly } from "./rememberOnly";
import { tellErrors } from "./tellErrors";

/** One add-on to check. `argument` is the property path of the settings in the component's arguments, "" for the component itself. */
interface AddonToCheck {
    argument: string;
    versionArgument: string;
    addonName: string;
    addonVersion: string;
    configuration: Record<string, unknown>;
}

/** The catalogue does not change while a process lives. */
async function problemsOf(
    request: SessionRequest,
    clusterName: string,
    kubernetesVersion: string,
    candidate: AddonToCheck,
): Promise<CheckFailure[]> {
    const { argument, versionArgument, addonName, addonVersion, configuration } = candidate;
    const addons = await addonsOf(request, { name: clusterName, kubernetesVersion });
    const versions = await once([request, addonName, kubernetesVersion], () => addons.versions(addonName));
    if (!versions.some(({ version }) => version === addonVersion)) {
        const others = versions.map(({ version }) => version).join(", ");
        const reason = describeBlocker({
            code: ErrorCode.NoCompatibleVersion,
            what: `${addonName} ${addonVersion} is not available for Kubernetes ${kubernetesVersion}`,
            remedy: others
                ? `choose one of ${others}`
                : "upgrade the cluster; no version is available for it",
        });
        return [{ property: versionArgument, reason }];
    }
    const schema = await once([request, addonName, addonVersion], () =>
        addons.configurationSchema(addonName, addonVersion),
    );
    return settingProblems(schema ?? {}, configuration).map(({ path, reason }) => ({
        property: [argument, path].filter(Boolean).join(".") || "additionalConfiguration",
        reason: `${reason} (setting of ${addonName} ${addonVersion}) [${ErrorCode.SettingInvalid}]`,
    }));
}

async function refusedSettings(news: Bag): Promise<CheckFailure[]> {
    const candidates = news.addons as AddonToCheck[] | string;
    const version = news.kubernetesVersion as string;
    const request = reachIn(news);
    if (typeof candidates === "string" || version === UNKNOWN || request === undefined) return [];
    const ready = candidates.filter(
        ({ addonVersion, configuration }) =>
            addonVersion !== UNKNOWN && (configuration as unknown) !== UNKNOWN,
    );
    const clusterName = String(news.clusterName);
    const problems = ready.map((candidate) => problemsOf(request, clusterName, version, candidate));
    return (await Promise.all(problems)).flat();
}

/** What the user says is there and is not. */
async function missing(news: Bag): Promise<CheckFailure[]> {
    const present = (news.present ?? []) as string[];
    const isKnown = news.kubernetesVersion !== UNKNOWN && news.clusterName !== UNKNOWN;
    const request = reachIn(news);
    if (present.length === 0 || !isKnown || request === undefined) return [];
    const reads = await reachCluster(request, String(news.clusterName));
    return reads ? findAbsent(reads.objects, present) : [];
}

const checked = ["addons", "kubernetesVersion", "present"];

export const addonSettings = tellErrors("settings of the add-ons", {
    async check(olds, news) {
        // What was accepted once needs no further call.
        if (!differs(olds, news, checked)) return { inputs: news };
        const failures = (await Promise.all([refusedSettings(news), missing(news)])).flat();
        return failures.length > 0 ? { inputs: news, failures } : { inputs: news };
    },
    diff: (_id, olds, news) => ({ changes: differs(olds, news, checked) }),
    ...rememberOnly,
});
