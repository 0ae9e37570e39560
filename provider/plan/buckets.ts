// The buckets that models name in, those that the execution role is let into and what is said of the others out. Pure.
import type { FoundBucket } from "../discovery/awsResourcesOfModels";
import { BucketOwner } from "../ports/world";

/** Only a real bucket of this account, in which a model has its certificate: whoever may write models could name any. */
export function isGranted({ owner, isUsed }: FoundBucket): boolean {
    return owner === BucketOwner.ThisAccount && isUsed;
}

export function bucketNotes(buckets: readonly FoundBucket[]): string[] {
    return buckets
        .filter((bucket) => !isGranted(bucket))
        .map(
            ({ name, models, owner }) =>
                `bucket ${name}, named by ${models.join(", ")}, ${owner === BucketOwner.ThisAccount ? "holds no certificate of theirs" : owner}: the execution role gets no more rights there than it has`,
        );
}
