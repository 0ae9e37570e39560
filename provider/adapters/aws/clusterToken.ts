// Mints a bearer token for an EKS cluster: a presigned call of STS, in base64url. No request is sent.
import { awsDomain } from "../../../common/awsRegion";
import type { AwsSession } from "./session";

const EXPIRES_IN_SECONDS = 60;

export async function mintClusterToken(clusterName: string, session: AwsSession): Promise<string> {
    const [{ SignatureV4 }, { Sha256 }, { HttpRequest }] = await Promise.all([
        import("@smithy/signature-v4"),
        import("@aws-crypto/sha256-js"),
        import("@smithy/protocol-http"),
    ]);
    // The cluster accepts the STS of its own Region only, whatever endpoint the calls to AWS go to.
    const host = `sts.${session.region}.${awsDomain(session.region)}`;
    const signer = new SignatureV4({
        service: "sts",
        region: session.region,
        credentials: session.credentials,
        sha256: Sha256,
    });
    const signed = await signer.presign(
        new HttpRequest({
            method: "GET",
            protocol: "https:",
            hostname: host,
            path: "/",
            query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
            headers: { host, "x-k8s-aws-id": clusterName },
        }),
        { expiresIn: EXPIRES_IN_SECONDS, unhoistableHeaders: new Set(["x-k8s-aws-id"]) },
    );
    const query = Object.entries(signed.query ?? {})
        .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
        .join("&");
    return `k8s-aws-v1.${Buffer.from(`https://${host}/?${query}`).toString("base64url")}`;
}
