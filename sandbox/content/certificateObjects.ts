// In: a model's bucket and certificate. Out: the S3 objects in which the operator keeps it. Tags only as asked.
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { ImportedCertificate } from "./certificates";

export interface StoredObject {
    bucket: string;
    key: string;
    tags: Record<string, string>;
}

export function certificateKeys(prefix: string, namespace: string, name: string): string[] {
    const folder = [prefix, namespace, name].filter((part) => part !== "").join("/");
    return [`${folder}/ca.crt`, `${folder}/tls.crt`];
}

export async function storeCertificate(
    s3: S3Client,
    objects: StoredObject[],
    certificate: ImportedCertificate,
): Promise<void> {
    for (const { bucket, key, tags } of objects) {
        const Tagging = new URLSearchParams(tags).toString();
        await s3.send(
            new PutObjectCommand({
                Bucket: bucket,
                Key: key,
                Body: certificate.pem,
                ContentType: "application/x-pem-file",
                ...(Tagging === "" ? {} : { Tagging }),
            }),
        );
    }
}

/** Tags of a customer, as many as asked for; S3 allows ten. */
export function customerTags(count = 9): Record<string, string> {
    return Object.fromEntries(Array.from({ length: count }, (_, index) => [`customer-${index + 1}`, "kept"]));
}
