// On delete an empty TLS bucket goes, one that holds objects stays with everything that protects it. Never deletes an object.
import { AWS_REACH } from "../../common/awsAccess";
import { deleteBucketIfEmpty } from "../adapters/aws/buckets";
import { openSession } from "../adapters/aws/session";
import { callLog } from "../process/callLog";
import type { Bag } from "../pulumi/propertyBag";
import { reachIn } from "./clusterOfResource";
import { differs } from "./propertiesDiffer";
import { tellErrors } from "./tellErrors";

async function deleteIfEmpty(props: Bag): Promise<void> {
    const bucket = String(props.bucket);
    if (await deleteBucketIfEmpty(await openSession(reachIn(props) ?? {}), bucket)) return;
    callLog.warn(
        `The bucket ${bucket} holds TLS certificates and is kept, private and encrypted as it is. ` +
            `When nothing needs them: aws s3 rb s3://${bucket} --force`,
    );
}

export const tlsBucketRetention = tellErrors("TLS bucket", {
    check: (_olds, news) => ({ inputs: news }),
    diff: (_id, olds, news) => ({ changes: differs(olds, news, ["bucket", "keep", ...AWS_REACH]) }),
    create: (inputs) => ({ id: String(inputs.bucket), outs: inputs }),
    read: (id, props) => ({ id, props }),
    async update(_id, olds, news) {
        if (olds.bucket !== news.bucket && olds.keep !== true) await deleteIfEmpty(olds);
        return { outs: news };
    },
    async delete(_id, props) {
        if (props.keep !== true) await deleteIfEmpty(props);
    },
});
