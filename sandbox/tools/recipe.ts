// In: nothing. Out: which commands are built from which Go module, with which flags. Runs nothing.

/** Kubernetes version of the control plane, as pinned in kube/go.mod. */
export const kubernetesVersion = "v1.36.3";
export const helmVersion = "v3.21.4";
export const requiredGo = "1.26";

export interface BuildStep {
    /** What progress lines call it. */
    title: string;
    /** Folder beside this file that holds go.mod and go.sum. */
    module: "kube" | "etcd" | "helm4";
    /** Name of the binary -> Go package. */
    commands: Record<string, string>;
    linkerFlags: string;
}

/** `/version` looks like EKS, and Helm's kubeVersion constraints see a real version. */
function kubernetesLinkerFlags(): string {
    const [major, minor] = kubernetesVersion.slice(1).split(".");
    const values = {
        gitVersion: `${kubernetesVersion}-eks-0000001`,
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

const kubernetesCommand = (name: string) => ({ [name]: `k8s.io/kubernetes/cmd/${name}` });

/** In build order: the small ones first. */
export const buildSteps: BuildStep[] = [
    {
        title: "etcd",
        module: "etcd",
        commands: { etcd: "go.etcd.io/etcd/server/v3" },
        linkerFlags: "-s -w",
    },
    {
        title: "helm",
        module: "kube",
        commands: { helm: "helm.sh/helm/v3/cmd/helm" },
        linkerFlags: helmLinkerFlags(),
    },
    {
        title: "kubectl",
        module: "kube",
        commands: kubernetesCommand("kubectl"),
        linkerFlags: kubernetesLinkerFlags(),
    },
    {
        title: "kube-apiserver, kube-controller-manager and kube-scheduler",
        module: "kube",
        commands: {
            ...kubernetesCommand("kube-apiserver"),
            ...kubernetesCommand("kube-controller-manager"),
            ...kubernetesCommand("kube-scheduler"),
        },
        linkerFlags: kubernetesLinkerFlags(),
    },
];

/** For installations that Helm 4 made: built only where one is asked for, in a folder of its own. */
export const helm4Step: BuildStep = {
    title: "helm 4",
    module: "helm4",
    commands: { helm4: "helm.sh/helm/v4/cmd/helm" },
    linkerFlags: "-s -w",
};
