// In: a domain name and tags. Out: an imported ACM certificate. Never requests one from an authority.
import { type ACMClient, ImportCertificateCommand } from "@aws-sdk/client-acm";
import { makeCertificate } from "../kubernetes/makeCertificate";
import { given, tagList } from "./awsClients";

export interface ImportedCertificate {
    arn: string;
    pem: string;
    key: string;
}

export async function importCertificate(
    acm: ACMClient,
    domain: string,
    tags: Record<string, string>,
): Promise<ImportedCertificate> {
    const pair = await makeCertificate({ commonName: domain, dnsNames: [domain] });
    const imported = await acm.send(
        new ImportCertificateCommand({
            Certificate: Buffer.from(pair.certificate),
            PrivateKey: Buffer.from(pair.key),
            ...(Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) }),
        }),
    );
    return { arn: given(imported.CertificateArn, "a certificate ARN"), pem: pair.certificate, key: pair.key };
}
