// In: a sandbox. Out: the live content that demos and tests start from. The only door to this folder.
import type { Sandbox } from "../sandboxHandle";
import type { BareCluster } from "./bareCluster";
import { type Bystanders, deployBystanders } from "./bystanders";
import { deployModels, type ModelOptions, type Models } from "./deployModels";
import { type HelmInstallOptions, installWithHelm } from "./helmInstallation";
import type { HelmInstallation } from "./installation";

export { type BareCluster, type BareClusterOptions, createBareCluster } from "./bareCluster";
export { type Bystanders, deployBystanders } from "./bystanders";
export { type CrowdSize, deployCrowd } from "./crowd";
export type { Model } from "./deployedModel";
export { deployModels, type ModelOptions, type Models } from "./deployModels";
export { helm } from "./helmCommand";
export {
    defaultRelease,
    defaultRevisions,
    type HelmInstallOptions,
    installWithHelm,
} from "./helmInstallation";
export { type HelmRoleOptions, type RoleArns, type RoleKey, roleNames } from "./helmRoles";
export { type Dependency, dependencyNames, inexpressibleValues, type Values } from "./helmValues";
export type { HelmInstallation } from "./installation";
export { installStandAlone } from "./standAlone";
export {
    addForeignManagers,
    addonConfiguration,
    createOperatorAddon,
    operatorAddon,
    type ReleaseStatus,
    setReleaseStatus,
} from "./startingStates";
export { waitForRelease } from "./waitForRelease";

export interface Content {
    bare: BareCluster;
    installation: HelmInstallation;
    models: Models;
    bystanders: Bystanders;
}

export interface ContentOptions {
    helm?: HelmInstallOptions;
    models?: ModelOptions;
}

/** All of it: what `make demo` and most tests start from. */
export async function demoContent(sandbox: Sandbox, options: ContentOptions = {}): Promise<Content> {
    const installation = await installWithHelm(sandbox, options.helm);
    const [models, bystanders] = await Promise.all([
        deployModels(sandbox, installation, options.models),
        deployBystanders(sandbox, installation),
    ]);
    return { bare: installation.bare, installation, models, bystanders };
}
