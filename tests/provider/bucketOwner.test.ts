// Whose a bucket is, from what S3 answers to looks with and without an expected owner.
import assert from "node:assert/strict";
import type { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { bucketOwner } from "../../provider/adapters/aws/bucketOwner";
import { BucketOwner } from "../../provider/ports/world";

/** S3 that answers these statuses, one after the other. */
function s3(...statuses: number[]): S3Client & { readonly expected: (string | undefined)[] } {
    const expected: (string | undefined)[] = [];
    const send = async ({ input }: HeadBucketCommand) => {
        expected.push(input.ExpectedBucketOwner);
        const httpStatusCode = statuses.shift();
        if (httpStatusCode !== 200)
            throw Object.assign(new Error(`${httpStatusCode}`), { $metadata: { httpStatusCode } });
        return {};
    };
    return { send, expected } as unknown as S3Client & { readonly expected: (string | undefined)[] };
}

describe("whose a bucket is", () => {
    const cases: [number[], BucketOwner][] = [
        [[200], BucketOwner.ThisAccount],
        [[404], BucketOwner.Nobody],
        [[403, 200], BucketOwner.AnotherAccount],
        [[403, 403], BucketOwner.Unknown],
        [[301, 301], BucketOwner.Unknown],
    ];
    for (const [statuses, owner] of cases)
        it(`${statuses.join(", then ")}: it ${owner}`, async () => {
            const client = s3(...statuses);
            assert.equal(await bucketOwner(client, "acme-tls", "123456789012"), owner);
            assert.deepEqual(client.expected, ["123456789012", undefined].slice(0, client.expected.length));
        });

    it("an error of S3 is no answer", async () => {
        await assert.rejects(bucketOwner(s3(503), "acme-tls", "123456789012"), /503/);
        await assert.rejects(bucketOwner(s3(403, 500), "acme-tls", "123456789012"), /500/);
    });
});
