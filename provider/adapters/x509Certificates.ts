// A former certificate and DNS names come in; a key and a certificate for these names go out, signed in this process. Stores nothing, logs nothing.

import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { PACKAGE_NAME } from "../../common/ourMarks";
import type {
    CertificateFacts,
    CertificateRequest,
    Certificates,
    IssuedCertificate,
    KeyPair,
} from "../ports/world";

const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const AUTHORITY_NAME = `CN=${PACKAGE_NAME}`;
/** Long enough for a move that is left half way; a key that is forgotten somewhere counts no longer. */
const LIFETIME_MS = 365 * 24 * 3600_000;
/** Clocks of pods and of the API server differ. */
const CLOCK_SKEW_MS = 3600_000;
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

type Library = typeof import("@peculiar/x509");
type Keys = Awaited<ReturnType<typeof makeKeys>>;

interface Validity {
    readonly notBefore: Date;
    readonly notAfter: Date;
}

interface Signer {
    readonly certificate: InstanceType<Library["X509Certificate"]>;
    readonly key: webcrypto.CryptoKey;
}

export class X509Certificates implements Certificates {
    read(certificate: string): CertificateFacts | undefined {
        const read = parse(certificate);
        if (read === undefined) return undefined;
        const dnsNames = (read.subjectAltName ?? "")
            .split(", ")
            .flatMap((name) => (name.startsWith("DNS:") ? [name.slice("DNS:".length)] : []));
        const isOwn = read.issuer === AUTHORITY_NAME;
        return { dnsNames, notAfter: new Date(read.validTo).toISOString(), isOwn };
    }

    async issue(request: CertificateRequest): Promise<IssuedCertificate> {
        const x509 = await library();
        const signer =
            request.authority === undefined
                ? await makeAuthority(x509, request)
                : await openAuthority(x509, request.authority);
        const former = new x509.X509Certificate(request.like);
        const keys = await makeKeys();
        const certificate = await x509.X509CertificateGenerator.create({
            serialNumber: serialNumber(),
            subject: former.subject,
            issuer: signer.certificate.subject,
            publicKey: keys.publicKey,
            signingKey: signer.key,
            signingAlgorithm: algorithmOf(signer.key),
            ...validity(request, [former.notAfter, signer.certificate.notAfter]),
            extensions: [
                new x509.BasicConstraintsExtension(false, undefined, true),
                new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
                new x509.ExtendedKeyUsageExtension(usagesOf(x509, former)),
                new x509.SubjectAlternativeNameExtension(
                    request.dnsNames.map((value) => ({ type: "dns" as const, value })),
                ),
                await x509.AuthorityKeyIdentifierExtension.create(signer.certificate.publicKey),
            ],
        });
        const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
        return {
            authority: pemOf(signer.certificate),
            certificate: pemOf(certificate),
            key: `${x509.PemConverter.encode(key, "PRIVATE KEY")}\n`,
        };
    }
}

/** Loaded at first use: most processes sign nothing. */
async function library(): Promise<Library> {
    // The library looks for it when it is loaded.
    await import("reflect-metadata");
    const x509 = await import("@peculiar/x509");
    x509.cryptoProvider.set(webcrypto);
    return x509;
}

async function makeAuthority(x509: Library, request: CertificateRequest): Promise<Signer> {
    const keys = await makeKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        serialNumber: serialNumber(),
        name: AUTHORITY_NAME,
        keys,
        signingAlgorithm: EC,
        ...validity(request, []),
        extensions: [
            new x509.BasicConstraintsExtension(true, 0, true),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
    });
    return { certificate, key: keys.privateKey };
}

/** Keys as Kubernetes controllers write them: PKCS #1, SEC 1 or PKCS #8. */
async function openAuthority(x509: Library, { certificate, key }: KeyPair): Promise<Signer> {
    const read = createPrivateKey(key);
    const { asymmetricKeyType, asymmetricKeyDetails } = read;
    const der = read.export({ format: "der", type: "pkcs8" });
    const algorithm =
        asymmetricKeyType === "rsa" ? RSA : { ...EC, namedCurve: curveOf(asymmetricKeyDetails?.namedCurve) };
    return {
        certificate: new x509.X509Certificate(certificate),
        key: await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]),
    };
}

function curveOf(openSslName: string | undefined): string {
    if (openSslName === "prime256v1") return "P-256";
    if (openSslName === "secp384r1") return "P-384";
    throw new Error("the key of the certificate authority is of a kind that cannot be used");
}

function makeKeys() {
    return webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
}

function algorithmOf({ algorithm }: Keys["privateKey"]) {
    return algorithm.name === RSA.name ? RSA : { ...algorithm, name: EC.name, hash: EC.hash };
}

function validity({ now }: CertificateRequest, ends: readonly Date[]): Validity {
    const at = Date.parse(now);
    const notAfter = ends.length === 0 ? [at + LIFETIME_MS] : ends.map((end) => end.getTime());
    return { notBefore: new Date(at - CLOCK_SKEW_MS), notAfter: new Date(Math.min(...notAfter)) };
}

function usagesOf(x509: Library, former: Signer["certificate"]): string[] {
    const usages = former.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map(String) ?? [];
    return usages.includes(SERVER_AUTH) ? usages : [...usages, SERVER_AUTH];
}

function parse(certificate: string): X509Certificate | undefined {
    try {
        return new X509Certificate(certificate);
    } catch {
        return undefined;
    }
}

/** Positive, as RFC 5280 asks for. */
function serialNumber(): string {
    const bytes = randomBytes(16);
    bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
    return bytes.toString("hex");
}

function pemOf(certificate: Signer["certificate"]): string {
    return `${certificate.toString("pem")}\n`;
}
