// In: a cache folder. Out: every key and certificate of the control plane, made once per project. Contacts nobody.
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CertificateRequest, type KeyPair, makeCertificate } from "./makeCertificate";

/** One CA for all sandboxes of this project, so that a saved baseline fits a later sandbox. */
export interface ClusterPki {
    directory: string;
    ca: string;
    frontProxyCa: string;
    serviceAccountKey: string;
    serviceAccountPublicKey: string;
    /** CSV of the static token that the user's kubeconfig carries. */
    tokenFile: string;
    userToken: string;
    certificate(name: CertificateName): { certFile: string; keyFile: string };
}

const lifetimeDays = 3650;
const server: Pick<CertificateRequest, "dnsNames" | "ipAddresses" | "usage"> = {
    dnsNames: [
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
    ],
    ipAddresses: ["127.0.0.1", "10.100.0.1"],
    usage: "server",
};
const masters = (commonName: string): CertificateRequest => ({
    commonName,
    organization: "system:masters",
    usage: "client",
});

// Separate names, so that the audit log tells the sandbox's own calls from those of the product.
const requests = {
    apiserver: { commonName: "kube-apiserver", ...server },
    faultproxy: { commonName: "fault-proxy", ...server },
    admin: masters("kubernetes-admin"),
    controllermanager: masters("system:kube-controller-manager"),
    scheduler: masters("system:kube-scheduler"),
    eks: masters("eks:addon-manager"),
    sandbox: masters("sandbox:control-plane"),
    kubelet: masters("sandbox:kubelet"),
    standins: masters("sandbox:stand-ins"),
} satisfies Record<string, CertificateRequest>;

export type CertificateName = keyof typeof requests | "frontproxyclient";

const userTokenPrincipal = "sandbox-user";

export async function clusterPki(directory: string): Promise<ClusterPki> {
    if (!isUsable(directory)) await create(directory);
    const file = (name: string) => join(directory, name);
    return {
        directory,
        ca: file("ca.crt"),
        frontProxyCa: file("front-proxy-ca.crt"),
        serviceAccountKey: file("sa.key"),
        serviceAccountPublicKey: file("sa.pub"),
        tokenFile: file("tokens.csv"),
        userToken: readFileSync(file("user.token"), "utf8"),
        certificate: (name) => ({ certFile: file(`${name}.crt`), keyFile: file(`${name}.key`) }),
    };
}

function isUsable(directory: string): boolean {
    if (!existsSync(join(directory, "ca.crt"))) return false;
    const end = Date.parse(new X509Certificate(readFileSync(join(directory, "ca.crt"))).validTo);
    return end - Date.now() > 30 * 24 * 3600 * 1000;
}

/** Written aside and renamed: of two processes that start at once, the second takes the first one's keys. */
async function create(directory: string): Promise<void> {
    mkdirSync(dirname(directory), { recursive: true });
    const partial = mkdtempSync(`${directory}.partial-`);
    await writeAll(partial);
    try {
        if (existsSync(directory) && !isUsable(directory)) rmSync(directory, { recursive: true });
        renameSync(partial, directory);
    } catch (error) {
        rmSync(partial, { recursive: true });
        if (!isUsable(directory)) throw error;
    }
}

async function writeAll(directory: string): Promise<void> {
    const write = (name: string, content: string) =>
        writeFileSync(join(directory, name), content, { mode: 0o600 });
    const writePair = (name: string, pair: KeyPair) => {
        write(`${name}.crt`, pair.certificate);
        write(`${name}.key`, pair.key);
    };
    const ca = await makeCertificate({ commonName: "hyperpod-sandbox-ca", isCa: true, days: lifetimeDays });
    const frontProxyCa = await makeCertificate({
        commonName: "front-proxy-ca",
        isCa: true,
        days: lifetimeDays,
    });
    for (const [name, request] of Object.entries(requests)) {
        writePair(name, await makeCertificate({ ...request, days: lifetimeDays }, ca));
    }
    const client = { commonName: "front-proxy-client", usage: "client" as const, days: lifetimeDays };
    writePair("frontproxyclient", await makeCertificate(client, frontProxyCa));
    writePair("front-proxy-ca", frontProxyCa);
    const serviceAccounts = generateKeyPairSync("rsa", { modulusLength: 2048 });
    write("sa.key", serviceAccounts.privateKey.export({ type: "pkcs8", format: "pem" }) as string);
    write("sa.pub", serviceAccounts.publicKey.export({ type: "spki", format: "pem" }) as string);
    const token = randomBytes(24).toString("hex");
    write("user.token", token);
    write("tokens.csv", `${token},${userTokenPrincipal},${userTokenPrincipal},"system:masters"\n`);
    writePair("ca", ca);
}
