// The port to X.509 certificates.

/** What a certificate says. */
export interface CertificateFacts {
    readonly dnsNames: readonly string[];
    /** ISO 8601. */
    readonly notAfter: string;
    /** Signed by an authority that `issue` made. */
    readonly isOwn: boolean;
}

/** A private key with its certificate, both PEM. Never logged. */
export interface KeyPair {
    readonly certificate: string;
    readonly key: string;
}

export interface CertificateRequest {
    /** A certificate, PEM: subject and usages are taken from it, and it is not outlived. */
    readonly like: string;
    readonly dnsNames: readonly string[];
    /** The API server's time, ISO 8601. */
    readonly now: string;
    /** Who signs. Without, an authority is made for this one certificate, and its key is forgotten. */
    readonly authority?: KeyPair;
}

export interface IssuedCertificate extends KeyPair {
    /** Certificate of the authority, PEM. */
    readonly authority: string;
}

/** X.509 certificates: read, and signed in this process. Keeps nothing and calls nobody. */
export interface Certificates {
    /** Undefined when the text is no certificate. */
    read(certificate: string): CertificateFacts | undefined;
    issue(request: CertificateRequest): Promise<IssuedCertificate>;
}
