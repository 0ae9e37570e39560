// Certificates for the time of a move, read back with OpenSSL's eyes: who signed them, for which names, how long; and a TLS server that presents one is trusted by a client that trusts its authority alone.
import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import { X509Certificates } from "../../provider/adapters/x509Certificates";
import type { IssuedCertificate, KeyPair } from "../../provider/ports/world";
import { makeCertificate } from "../../sandbox/kubernetes/makeCertificate";

const DAY_MS = 24 * 3600_000;
const NAMES = ["alb-webhook-service.kube-system.svc", "alb-webhook-service.hyperpod-inference-system.svc"];
const certificates = new X509Certificates();
const now = new Date().toISOString();

async function handshake(server: IssuedCertificate | KeyPair, authority: string, servername: string) {
    const listening = createServer({ cert: server.certificate, key: server.key }, (socket) => socket.end());
    listening.on("tlsClientError", () => undefined);
    listening.listen(0, "127.0.0.1");
    await once(listening, "listening");
    const { port } = listening.address() as AddressInfo;
    const socket: TLSSocket = connect({ port, host: "127.0.0.1", ca: authority, servername });
    try {
        await once(socket, "secureConnect");
        return socket.getPeerCertificate().subjectaltname;
    } finally {
        socket.destroy();
        listening.close();
    }
}

describe("certificates for a move", () => {
    it("are signed by an authority of their own that nobody can sign with again", async () => {
        const { certificate: like } = await makeCertificate({ commonName: "alb", days: 3650 });
        const issued = await certificates.issue({ like, dnsNames: NAMES, now });
        const read = new X509Certificate(issued.certificate);
        const authority = new X509Certificate(issued.authority);
        assert.ok(read.verify(authority.publicKey) && read.checkIssued(authority) && authority.ca);
        assert.ok(!read.ca);
        assert.equal(read.subject, "CN=alb");
        assert.ok(read.checkPrivateKey(createPrivateKey(issued.key)));
        assert.ok(!authority.checkPrivateKey(createPrivateKey(issued.key)), "not the authority's key");
        assert.deepEqual(Object.keys(issued).sort(), ["authority", "certificate", "key"]);
        const facts = certificates.read(issued.certificate);
        assert.deepEqual([facts?.dnsNames, facts?.isOwn], [NAMES, true]);
        for (const name of NAMES)
            assert.match(
                (await handshake(issued, issued.authority, name)) ?? "",
                /hyperpod-inference-system/,
            );
        await assert.rejects(handshake(issued, issued.authority, "other.svc"), /does not match/);
        const stranger = await certificates.issue({ like, dnsNames: NAMES, now });
        await assert.rejects(handshake(issued, stranger.authority, NAMES[0] ?? ""), /certificate/);
    });

    it("last a year at most, and never longer than what they stand in for", async () => {
        const lasting = async (days: number) => {
            // A long suite may have begun minutes ago.
            const now = new Date().toISOString();
            const { certificate: like } = await makeCertificate({ commonName: "alb", days });
            const { certificate } = await certificates.issue({ like, dnsNames: NAMES, now });
            return Date.parse(certificates.read(certificate)?.notAfter ?? "") - Date.parse(now);
        };
        assert.ok(Math.abs((await lasting(3650)) - 365 * DAY_MS) < 60_000);
        assert.ok(Math.abs((await lasting(7)) - 7 * DAY_MS) < 60_000);
    });

    it("are signed by a controller's authority, with the key as the controller wrote it", async () => {
        const ca = await makeCertificate({
            commonName: "KEDA",
            organization: "KEDAORG",
            isCa: true,
            days: 30,
        });
        const like = (await makeCertificate({ commonName: "keda-operator", usage: "client" }, ca))
            .certificate;
        const sec1 = String(createPrivateKey(ca.key).export({ type: "sec1", format: "pem" }));
        for (const key of [ca.key, sec1]) {
            const authority = { certificate: ca.certificate, key };
            const issued = await certificates.issue({ like, dnsNames: NAMES, now, authority });
            assert.equal(new X509Certificate(issued.authority).raw.toString("hex"), rawOf(ca.certificate));
            assert.ok(await handshake(issued, ca.certificate, NAMES[1] ?? ""));
            const facts = certificates.read(issued.certificate);
            assert.equal(facts?.isOwn, false);
            const end = certificates.read(ca.certificate)?.notAfter;
            assert.equal(facts?.notAfter, end, "the authority ends then");
            // Client certificate of gRPC between KEDA's parts, and server certificate.
            assert.deepEqual(new X509Certificate(issued.certificate).keyUsage, [
                "1.3.6.1.5.5.7.3.2",
                "1.3.6.1.5.5.7.3.1",
            ]);
        }
    });

    it("are signed with an RSA key in PKCS #1, as KEDA keeps it", async () => {
        const authority = await rsaAuthority();
        const { certificate: like } = await makeCertificate({ commonName: "keda-operator" });
        const issued = await certificates.issue({ like, dnsNames: NAMES, now, authority });
        assert.ok(await handshake(issued, authority.certificate, NAMES[0] ?? ""));
    });

    it("are read only where there is one, and an unknown kind of key is refused without being told", async () => {
        assert.equal(certificates.read(""), undefined);
        assert.equal(
            certificates.read("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"),
            undefined,
        );
        const { certificate } = await makeCertificate({ commonName: "alb" });
        assert.deepEqual(certificates.read(certificate)?.dnsNames, []);
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
        const key = String(privateKey.export({ type: "pkcs8", format: "pem" }));
        const authority = { certificate, key };
        await assert.rejects(
            certificates.issue({ like: certificate, dnsNames: NAMES, now, authority }),
            (error: Error) =>
                /of a kind that cannot be used/.test(error.message) && !error.message.includes(key),
        );
    });
});

function rawOf(pem: string): string {
    return new X509Certificate(pem).raw.toString("hex");
}

/** Written by hand: the sandbox's own authorities have other keys. */
async function rsaAuthority(): Promise<KeyPair> {
    const x509 = await import("@peculiar/x509");
    const algorithm = {
        name: "RSASSA-PKCS1-v1_5",
        hash: "SHA-256",
        modulusLength: 2048,
        publicExponent: new Uint8Array([1, 0, 1]),
    };
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        name: "CN=KEDA",
        keys,
        signingAlgorithm: algorithm,
        extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    const pkcs8 = x509.PemConverter.encode(
        await crypto.subtle.exportKey("pkcs8", keys.privateKey),
        "PRIVATE KEY",
    );
    const key = String(createPrivateKey(pkcs8).export({ type: "pkcs1", format: "pem" }));
    return { certificate: certificate.toString("pem"), key };
}
