// In: a subject and DNS names. Out: an EC key and an X.509 certificate in PEM. Stores nothing.
import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

export interface KeyPair {
    certificate: string;
    key: string;
}

export interface CertificateRequest {
    commonName: string;
    organization?: string;
    dnsNames?: string[];
    ipAddresses?: string[];
    isCa?: boolean;
    usage?: "server" | "client";
    days?: number;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMilliseconds = 24 * 3600 * 1000;

x509.cryptoProvider.set(webcrypto);

/** Signed by `issuer`, or by itself. */
export async function makeCertificate(request: CertificateRequest, issuer?: KeyPair): Promise<KeyPair> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const subject = subjectName(request);
    const now = Date.now();
    const common = {
        serialNumber: randomBytes(16)
            .toString("hex")
            .replace(/^[89a-f]/, "7"),
        notBefore: new Date(now - 3600_000),
        notAfter: new Date(now + (request.days ?? 365) * dayMilliseconds),
        signingAlgorithm: algorithm,
        extensions: extensions(request),
    };
    const certificate =
        issuer === undefined
            ? await x509.X509CertificateGenerator.createSelfSigned({ ...common, name: subject, keys })
            : await x509.X509CertificateGenerator.create({
                  ...common,
                  subject,
                  issuer: new x509.X509Certificate(issuer.certificate).subject,
                  publicKey: keys.publicKey,
                  signingKey: await importKey(issuer.key),
              });
    const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    return {
        certificate: `${certificate.toString("pem")}\n`,
        key: `${x509.PemConverter.encode(key, "PRIVATE KEY")}\n`,
    };
}

function subjectName(request: CertificateRequest): string {
    const name: x509.JsonName = [{ CN: [request.commonName] }];
    if (request.organization !== undefined) name.unshift({ O: [request.organization] });
    return new x509.Name(name).toString();
}

function extensions(request: CertificateRequest): x509.Extension[] {
    const names: x509.JsonGeneralNames = [
        ...(request.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
        ...(request.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
    ];
    const isCa = request.isCa === true;
    const flags = isCa
        ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature
        : x509.KeyUsageFlags.digitalSignature;
    const result: x509.Extension[] = [
        new x509.BasicConstraintsExtension(isCa, undefined, true),
        new x509.KeyUsagesExtension(flags, true),
    ];
    const usage =
        request.usage === "client" ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth;
    if (!isCa) result.push(new x509.ExtendedKeyUsageExtension([usage]));
    if (names.length > 0) result.push(new x509.SubjectAlternativeNameExtension(names));
    return result;
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
    const bytes = x509.PemConverter.decodeFirst(pem);
    return webcrypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
}
