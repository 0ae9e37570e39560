// On delete an empty TLS bucket goes, one that holds objects stays with everything that protects it. Never deletes an object.
import { type Connection, connectionKeys, isAbsent, s3Client } from "./connection";
import { clean, differs, type Lifecycle } from "./dynamicResults";

async function deleteIfEmpty(connection: Connection, bucket: string): Promise<void> {
    const { DeleteBucketCommand } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
    const client = s3Client(connection);
    try {
        await client.send(new DeleteBucketCommand({ Bucket: bucket }));
    } catch (error) {
        if (isAbsent(error)) return;
        if ((error as { name?: string }).name !== "BucketNotEmpty") throw error;
        console.log(
            `The bucket ${bucket} holds TLS certificates and is kept, private and encrypted as it is. ` +
                `When nothing needs them: aws s3 rb s3://${bucket} --force`,
        );
    } finally {
        client.destroy();
    }
}

export const tlsBucketRetention: Lifecycle = {
    async check(_olds, news) {
        return { inputs: clean(news) };
    },
    async diff(_id, olds, news) {
        return { changes: differs(olds, news, ["bucket", "keep", ...connectionKeys]) };
    },
    async create(inputs) {
        return { id: String(inputs["bucket"]), outs: clean(inputs) };
    },
    async read(id, props) {
        return { id, props: clean(props) };
    },
    async update(_id, olds, news) {
        if (olds["bucket"] !== news["bucket"] && olds["keep"] !== true) {
            await deleteIfEmpty(olds as unknown as Connection, String(olds["bucket"]));
        }
        return { outs: clean(news) };
    },
    async delete(_id, props) {
        if (props["keep"] === true) return;
        await deleteIfEmpty(props as unknown as Connection, String(props["bucket"]));
    },
};
