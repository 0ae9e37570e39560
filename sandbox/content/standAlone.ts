// In: one dependency. Out: that dependency installed by a release of its own, as another team does it. Knows no operator.
import { join } from "node:path";
import type { Sandbox } from "../sandboxHandle";
import { helm, operatorChart, valuesFile } from "./helmCommand";
import type { Dependency, Values } from "./helmValues";
import type { HelmInstallation } from "./installation";

interface StandAlone {
    chart: string;
    releaseName: string;
    namespace: string;
    values: Values;
}

export async function installStandAlone(
    sandbox: Sandbox,
    dependency: Dependency,
    parts: Pick<HelmInstallation, "bare" | "roles">,
): Promise<void> {
    const { chart, releaseName, namespace, values } = standAlone(sandbox, parts)[dependency];
    const file = valuesFile(sandbox, `stand-alone-${dependency}`, values);
    const path = join(operatorChart, "charts", chart);
    const place = ["--namespace", namespace, "--create-namespace"];
    await helm(sandbox, ["install", releaseName, path, ...place, "-f", file, "--wait", "--timeout", "60s"]);
}

function standAlone(
    sandbox: Sandbox,
    parts: Pick<HelmInstallation, "bare" | "roles">,
): Record<Dependency, StandAlone> {
    const annotated = (role: string) => ({
        serviceAccount: { create: true, annotations: { "eks.amazonaws.com/role-arn": role } },
    });
    const { roles, bare } = parts;
    const place = { clusterName: sandbox.clusterName, region: sandbox.region, vpcId: bare.network.vpcId };
    const at = (chart: string, namespace: string, values: Values): StandAlone => {
        return { chart, releaseName: chart, namespace, values };
    };
    return {
        alb: at("aws-load-balancer-controller", "kube-system", { ...place, ...annotated(roles.alb) }),
        keda: at("keda", "keda", {
            podIdentity: { aws: { irsa: { enabled: true, roleArn: roles.keda } } },
        }),
        "cert-manager": at("cert-manager", "cert-manager", {}),
        s3: at("aws-mountpoint-s3-csi-driver", "kube-system", { node: annotated(roles.s3Csi) }),
        fsx: at("aws-fsx-csi-driver", "kube-system", { controller: annotated(roles.fsxCsi) }),
    };
}
