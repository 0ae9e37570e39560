// X.509 without keys: who signed, and for which names. An authority without its key signs nothing.
import type {
    CertificateFacts,
    CertificateRequest,
    Certificates,
    IssuedCertificate,
} from "../../../provider/ports/world";
import type { Data } from "./data";
import { type FakeCertificate, isJsonText, keyOfAuthority } from "./serving";

const OWN = "made for a move";
const NEVER = "2099-01-01T00:00:00.000Z";

export class MemoryIssuer implements Certificates {
    constructor(readonly data: () => Data) {}

    read(certificate: string): CertificateFacts | undefined {
        if (!isJsonText(certificate)) return undefined;
        const { ca, dnsNames } = JSON.parse(certificate) as FakeCertificate;
        return { dnsNames, notAfter: NEVER, isOwn: ca.startsWith(OWN) };
    }

    issue({ dnsNames, authority }: CertificateRequest): Promise<IssuedCertificate> {
        this.data().counter += 1;
        const ca = authority?.certificate ?? `${OWN} ${this.data().counter}`;
        if (authority !== undefined && authority.key !== keyOfAuthority(ca))
            return Promise.reject(new Error(`not the key of ${ca}`));
        const certificate = JSON.stringify({ ca, dnsNames } satisfies FakeCertificate);
        return Promise.resolve({ authority: ca, certificate, key: `key of ${ca}` });
    }
}
