// In: the pinned modules beside this file. Out: which commands are built from which Go module, with which flags. Runs nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Kubernetes version of the control plane, as pinned in kube/go.mod. */
export const kubernetesVersion = `v${requiredIn("kube", "k8s.io/kubernetes")}`;
/** As EKS tells it: 1.36. */
export const eksVersion = kubernetesVersion.slice(1).split(".").slice(0, 2).join(".");
/** As `/version` and EKS's own nodes tell it. */
export const eksBuild = `${kubernetesVersion}-eks-0000001`;
const helmVersion = "v3.21.4";
export const requiredGo = "1.26";
/** Of the CLI, as pinned in pulumi/go.mod; the same as the SDK's. */
export const pulumiVersion = requiredIn("pulumi", "github.com/pulumi/pulumi/pkg/v3");

/** A folder beside this file that holds go.mod and go.sum. */
export type Module =
    | "kube"
    | "etcd"
    | "pulumi"
    | "pulumi-yaml"
    | "pulumi-java"
    | "pulumi-languages"
    | "helm4";

export interface Command {
    /** Name of the binary. */
    name: string;
    module: Module;
    /** Go package of its main function. */
    package: string;
    linkerFlags: string;
}

/** `/version` looks like EKS, and Helm's kubeVersion constraints see a real version. */
function kubernetesLinkerFlags(): string {
    const [major, minor] = kubernetesVersion.slice(1).split(".");
    const values = {
        gitVersion: eksBuild,
        gitMajor: major,
        gitMinor: `${minor}+`,
        gitCommit: "sandbox",
        gitTreeState: "clean",
        buildDate: "2026-01-01T00:00:00Z",
    };
    const packages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
    const flags = packages.flatMap((name) =>
        Object.entries(values).map(([field, value]) => `-X ${name}.${field}=${value}`),
    );
    return ["-s -w", ...flags].join(" ");
}

/** As in Helm's own Makefile: without these, `.Capabilities.KubeVersion` of `helm template` is stale. */
function helmLinkerFlags(): string {
    const [major, minor] = kubernetesVersion.slice(1).split(".");
    const packages = ["helm.sh/helm/v3/pkg/lint/rules", "helm.sh/helm/v3/pkg/chartutil"];
    const flags = packages.flatMap((name) => [
        `-X ${name}.k8sVersionMajor=${major}`,
        `-X ${name}.k8sVersionMinor=${minor}`,
    ]);
    return ["-s -w", `-X helm.sh/helm/v3/internal/version.version=${helmVersion}`, ...flags].join(" ");
}

function pulumiLinkerFlags(): string {
    return `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${pulumiVersion}`;
}

const kubernetesCommand = (name: string): Command => ({
    name,
    module: "kube",
    package: `k8s.io/kubernetes/cmd/${name}`,
    linkerFlags: kubernetesLinkerFlags(),
});

const etcd: Command = {
    name: "etcd",
    module: "etcd",
    package: "go.etcd.io/etcd/server/v3",
    linkerFlags: "-s -w",
};
const helm: Command = {
    name: "helm",
    module: "kube",
    package: "helm.sh/helm/v3/cmd/helm",
    linkerFlags: helmLinkerFlags(),
};
export const pulumi: Command = {
    name: "pulumi",
    module: "pulumi",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    linkerFlags: pulumiLinkerFlags(),
};

/**
 * Built side by side, each lane one command after the other: commands of a module share its compiled packages, so two of one
 * module never build at once, while the linker of one lane leaves a core to the other.
 */
export const lanes: Command[][] = [
    [
        helm,
        ...["kubectl", "kube-apiserver", "kube-controller-manager", "kube-scheduler"].map(kubernetesCommand),
    ],
    [etcd, pulumi],
];

/** For installations that Helm 4 made: built only where one is asked for. */
export const helm4: Command = {
    name: "helm4",
    module: "helm4",
    package: "helm.sh/helm/v4/cmd/helm",
    linkerFlags: "-s -w",
};

/** For programs in YAML: built only where one is asked for. */
export const pulumiYaml: Command = {
    name: "pulumi-language-yaml",
    module: "pulumi-yaml",
    package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    linkerFlags: `-s -w -X github.com/pulumi/pulumi-yaml/pkg/version.Version=v${requiredIn("pulumi-yaml", "github.com/pulumi/pulumi-yaml")}`,
};

/** For programs in Java and their SDK: built only where one is asked for. */
export const pulumiJava: Command = {
    name: "pulumi-language-java",
    module: "pulumi-java",
    package: "github.com/pulumi/pulumi-java/pkg/cmd/pulumi-language-java",
    linkerFlags: "-s -w",
};

/** For programs in Python and Go, and for SDKs of the plugin: built only where one is asked for. Its sources lie beside its go.mod. */
export const pulumiLanguages: Command = {
    name: "pulumi-languages",
    module: "pulumi-languages",
    package: ".",
    linkerFlags: "-s -w",
};

/** The version of a module that go.mod pins, without its `v`. */
function requiredIn(module: Module, name: string): string {
    const file = join(__dirname, module, "go.mod");
    const [, version] =
        new RegExp(`^(?:require|\\t) ?${name} v(\\S+)`, "m").exec(readFileSync(file, "utf8")) ?? [];
    if (version === undefined) throw new Error(`${file} does not require ${name}`);
    return version;
}
