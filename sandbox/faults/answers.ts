/** A classified request comes in; the answer that its service gives when it throttles, fails or refuses goes out. Nothing is sent here. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { AwsProtocol, Classified } from "./request";

export interface CannedAnswer {
    status: number;
    headers: Record<string, string>;
    body: string;
}

interface Trouble {
    status: number;
    code: string;
    message: string;
}

/** What the services really answer, for this proxy and for the emulator: EC2 and S3 have their own words, the query services say 400. */
const ANSWERS: Record<"throttled" | "broken", Record<AwsProtocol, Trouble>> & {
    /** The message is made from the call. */
    denied: Record<AwsProtocol, Omit<Trouble, "message">>;
} = JSON.parse(readFileSync(path.join(__dirname, "../aws/errorAnswers.json"), "utf8"));
const CALLER = "arn:aws:iam::123456789012:user/sandbox-operator";
const REQUEST_ID = "00000000-0000-4000-8000-000000000000";

export function throttled(request: Classified): CannedAnswer {
    if (request.side === "aws") return awsAnswer(...inWordsOf(request, ANSWERS.throttled));
    const message = "the server has received too many requests and has asked us to try again later";
    const answer = kubernetesStatus(429, "TooManyRequests", message, { retryAfterSeconds: 1 });
    return { ...answer, headers: { ...answer.headers, "retry-after": "1" } };
}

export function serverError(request: Classified): CannedAnswer {
    if (request.side === "aws") return awsAnswer(...inWordsOf(request, ANSWERS.broken));
    return kubernetesStatus(500, "InternalError", "Internal error occurred: injected fault", {});
}

export function denied(request: Classified): CannedAnswer {
    if (request.side === "aws") {
        const [action] = request.what.split(" ");
        const message = `User: ${CALLER} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
        const [protocol, words] = inWordsOf(request, ANSWERS.denied);
        return awsAnswer(protocol, { ...words, message });
    }
    return kubernetesStatus(403, "Forbidden", `${request.what} is forbidden: injected fault`, {});
}

function kubernetesStatus(code: number, reason: string, message: string, details: object): CannedAnswer {
    const status = {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message,
        reason,
        details,
        code,
    };
    return { status: code, headers: { "content-type": "application/json" }, body: JSON.stringify(status) };
}

function inWordsOf<T>(request: Classified, words: Record<AwsProtocol, T>): [AwsProtocol, T] {
    const protocol = request.protocol ?? "rest-json";
    return [protocol, words[protocol]];
}

function awsAnswer(protocol: AwsProtocol, trouble: Trouble): CannedAnswer {
    if (protocol === "json" || protocol === "rest-json") {
        const type = protocol === "json" ? "application/x-amz-json-1.1" : "application/json";
        return {
            status: trouble.status,
            headers: {
                "content-type": type,
                "x-amzn-errortype": trouble.code,
                "x-amzn-requestid": REQUEST_ID,
            },
            body: JSON.stringify({ __type: trouble.code, message: trouble.message }),
        };
    }
    const headers = { "content-type": "text/xml", "x-amzn-requestid": REQUEST_ID };
    return {
        status: trouble.status,
        headers,
        body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml(protocol, trouble)}`,
    };
}

function xml(protocol: AwsProtocol, { status, code, message }: Trouble): string {
    const said = `<Code>${code}</Code><Message>${message}</Message>`;
    switch (protocol) {
        case "ec2":
            return `<Response><Errors><Error>${said}</Error></Errors><RequestID>${REQUEST_ID}</RequestID></Response>`;
        case "rest-xml":
            return `<Error>${said}<RequestId>${REQUEST_ID}</RequestId></Error>`;
        default: {
            const type = `<Type>${status < 500 ? "Sender" : "Receiver"}</Type>`;
            return `<ErrorResponse><Error>${type}${said}</Error><RequestId>${REQUEST_ID}</RequestId></ErrorResponse>`;
        }
    }
}
