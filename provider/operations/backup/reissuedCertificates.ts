// The backup of a move that is undone and the cluster after it come in; what cert-manager issued anew meanwhile, for people, goes out. Since 1.18 it compares a Certificate and its Secret with its latest request, and issues again when they go back. Writes nothing.
import { sameJson } from "../../../common/canonicalJson";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import { conditionOf, hasCondition } from "../../kubernetes/statusConditions";
import { poll } from "../../ports/poll";
import type { KubernetesObject, World } from "../../ports/world";
import type { Backup } from "./backup";

/** Issuing takes seconds; an issuer that is away is no reason to keep an undo from its end. */
const ISSUED_MS = 60_000;
const POLL_MS = 500;

interface CertificateShape {
    readonly spec?: { readonly secretName?: string };
}

/** Waits until what the backup's Certificates ask for is issued, and tells each Secret that is another one now. */
export async function issuedAnew(world: World, backup: Backup): Promise<readonly string[]> {
    const certificates = backup.objects.filter(({ apiVersion, kind }) => isCertificate(apiVersion, kind));
    if (certificates.length === 0) return [];
    const pending = await poll(
        world.clock,
        { timeoutMs: ISSUED_MS, pauseMs: POLL_MS },
        async () => {
            const live = await readMany(world, certificates.map(refTo));
            return [...live.values()].filter((certificate) => !isIssued(certificate));
        },
        ({ length }) => length === 0,
    );
    const names = new Set(
        certificates.map((one) => `${one.metadata.namespace}/${(one as CertificateShape).spec?.secretName}`),
    );
    const secrets = backup.objects.filter(
        ({ kind, metadata }) => kind === "Secret" && names.has(`${metadata.namespace}/${metadata.name}`),
    );
    const now = await readMany(world, secrets.map(refTo));
    const changed = secrets.filter((secret) => {
        const live = now.get(keyOf(refTo(secret)));
        return live !== undefined && !sameJson(live.data, secret.data);
    });
    return [
        ...pending.map(
            ({ metadata }) =>
                `cert-manager has not issued what Certificate ${metadata.namespace}/${metadata.name} asks for; look with \`kubectl describe certificate -n ${metadata.namespace} ${metadata.name}\``,
        ),
        ...changed.map(
            ({ metadata }) =>
                `cert-manager issued Secret ${metadata.namespace}/${metadata.name} anew when its Certificate went back: it and the authorities that trust it are not those of before`,
        ),
    ].sort();
}

function isCertificate(apiVersion: string, kind: string): boolean {
    return kind === "Certificate" && apiVersion.startsWith("cert-manager.io/");
}

/** Says nothing of a Certificate that never was Ready: there is nothing to wait for. */
function isIssued(certificate: KubernetesObject): boolean {
    const { generation } = certificate.metadata;
    if (hasCondition(certificate, "Issuing", "True")) return false;
    const ready = conditionOf(certificate, "Ready");
    if (ready === undefined) return true;
    return ready.status === "True" && (ready.observedGeneration ?? generation) === generation;
}
