// In: a pod and what exists in its cluster. Out: what it still waits for before its containers can run. Changes nothing.
import { profilesOf } from "./images";
import type { Container, NamedReference, Pod } from "./objectTypes";

export interface ClusterContent {
    hasSecret(namespace: string, name: string): boolean;
    hasConfigMap(namespace: string, name: string): boolean;
    hasCsiDriver(name: string): boolean;
    hasCrd(name: string): boolean;
}

/** As a real node reports it: volumes first, then init containers, then the environment of the containers. */
export type Obstacle =
    | { stage: "volumes"; message: string }
    | { stage: "init"; message: string }
    | { stage: "config"; message: string };

export function startObstacle(pod: Pod, content: ClusterContent): Obstacle | undefined {
    const volumes = missingVolume(pod, content);
    if (volumes !== undefined) return { stage: "volumes", message: volumes };
    const init = missingForInit(pod, content);
    if (init !== undefined) return { stage: "init", message: init };
    const config = pod.spec.containers
        .map((container) => missingEnvironment(pod, container, content))
        .find(Boolean);
    return config === undefined ? undefined : { stage: "config", message: config };
}

function missingVolume(pod: Pod, content: ClusterContent): string | undefined {
    for (const volume of pod.spec.volumes ?? []) {
        const secrets: NamedReference[] = [];
        const configMaps: NamedReference[] = [];
        if (volume.secret?.secretName !== undefined) {
            secrets.push({ name: volume.secret.secretName, optional: volume.secret.optional === true });
        }
        if (volume.configMap !== undefined) configMaps.push(volume.configMap);
        for (const source of volume.projected?.sources ?? []) {
            if (source.secret !== undefined) secrets.push(source.secret);
            if (source.configMap !== undefined) configMaps.push(source.configMap);
        }
        const missing = missingReference(pod, secrets, configMaps, content);
        if (missing !== undefined) return `MountVolume.SetUp failed for volume "${volume.name}" : ${missing}`;
        const driver = volume.csi?.driver;
        if (driver !== undefined && !content.hasCsiDriver(driver)) {
            return `MountVolume.SetUp failed for volume "${volume.name}" : driver name ${driver} not found`;
        }
    }
    const needed = profilesOf(pod).flatMap((profile) => profile.needsSecrets ?? []);
    return missingReference(
        pod,
        needed.map((name) => ({ name })),
        [],
        content,
    );
}

function missingForInit(pod: Pod, content: ClusterContent): string | undefined {
    for (const { waitsFor } of profilesOf(pod)) {
        const driver = waitsFor?.csiDrivers.find((name) => !content.hasCsiDriver(name));
        if (driver !== undefined) return `waiting for CSIDriver ${driver}`;
        const crd = waitsFor?.crds.find((name) => !content.hasCrd(name));
        if (crd !== undefined) return `waiting for CustomResourceDefinition ${crd}`;
    }
    return undefined;
}

function missingEnvironment(pod: Pod, container: Container, content: ClusterContent): string | undefined {
    const secrets = [
        ...(container.env ?? []).map((variable) => variable.valueFrom?.secretKeyRef),
        ...(container.envFrom ?? []).map((source) => source.secretRef),
    ].filter((reference) => reference !== undefined);
    const configMaps = [
        ...(container.env ?? []).map((variable) => variable.valueFrom?.configMapKeyRef),
        ...(container.envFrom ?? []).map((source) => source.configMapRef),
    ].filter((reference) => reference !== undefined);
    return missingReference(pod, secrets, configMaps, content);
}

function missingReference(
    pod: Pod,
    secrets: NamedReference[],
    configMaps: NamedReference[],
    content: ClusterContent,
): string | undefined {
    const namespace = pod.metadata.namespace ?? "";
    const isMissing = (exists: boolean, reference: NamedReference) => !exists && reference.optional !== true;
    const secret = secrets.find((reference) =>
        isMissing(content.hasSecret(namespace, reference.name ?? ""), reference),
    );
    if (secret !== undefined) return `secret "${secret.name}" not found`;
    const configMap = configMaps.find((reference) =>
        isMissing(content.hasConfigMap(namespace, reference.name ?? ""), reference),
    );
    return configMap === undefined ? undefined : `configmap "${configMap.name}" not found`;
}
