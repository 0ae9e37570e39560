/** An AWS request comes in (and the start of its body); service, operation, the names it is about, effect and protocol go out. */
import { eksOperation } from "./eksRoutes";
import { type AwsProtocol, type Classified, type Effect, headerOf, type RequestHead } from "./request";
import { s3Operation } from "./s3Routes";

const READS = /^(Describe|Get|List|Head|Simulate|Check|Search|Lookup|Decode|BatchGet|AssumeRole|Select)/;

/** Parameters that say which thing a call is about, in the order in which they are printed. */
const NAMING_PARAMETERS = [
    ...["RoleName", "PolicyName", "PolicyArn", "OpenIDConnectProviderArn", "Url"],
    ...["VpcEndpointId", "VpcEndpointId.1", "ServiceName", "VpcId", "GroupId", "GroupName", "ResourceId.1"],
    ...["ResourceArns.member.1", "LoadBalancerArn", "Name", "TagKeys.member.1", "TagKeys.member.2"],
    ...["addonName", "principalArn", "serviceAccount", "name", "policyArn"],
    ...["CertificateArn", "ClusterName", "ResourceArn", "DomainName"],
];

/** Bodies that are small and say what the call is about; object content is never looked at. */
export function needsAwsBody(head: RequestHead): boolean {
    const type = headerOf(head, "content-type");
    return head.method !== "GET" && (type.includes("x-www-form-urlencoded") || type.includes("json"));
}

export function classifyAws(head: RequestHead, body: Buffer): Classified {
    const [path = "", query = ""] = head.url.split("?", 2);
    const parameters = new URLSearchParams(query);
    const service = serviceOf(head, parameters);
    const call = identify(service, head, path, parameters, body);
    const what = [`${service}:${call.operation}`, ...call.names].join(" ");
    return { side: "aws", verb: call.operation, what, effect: call.effect, protocol: call.protocol };
}

interface Call {
    operation: string;
    names: string[];
    protocol: AwsProtocol;
    effect: Effect;
}

function identify(
    service: string,
    head: RequestHead,
    path: string,
    query: URLSearchParams,
    body: Buffer,
): Call {
    const target = headerOf(head, "x-amz-target");
    if (target !== "") {
        const operation = target.slice(target.lastIndexOf(".") + 1);
        return { operation, names: namesIn(jsonFields(body)), protocol: "json", effect: effectOf(operation) };
    }
    if (service === "s3") {
        const { operation, names } = s3Operation(head.method, path, query);
        return { operation, names, protocol: "rest-xml", effect: effectOfMethod(head.method) };
    }
    const form = query.has("Action") ? query : formFields(head, body);
    const action = form.get("Action");
    if (action !== null) {
        const dryRun = service === "ec2" && form.get("DryRun") === "true";
        const protocol = service === "ec2" ? "ec2" : "query";
        return {
            operation: action,
            names: namesIn(form),
            protocol,
            effect: dryRun ? "read" : effectOf(action),
        };
    }
    return identifyRest(service, head.method, path, body);
}

function identifyRest(service: string, method: string, path: string, body: Buffer): Call {
    const route = service === "eks" ? eksOperation(method, path) : undefined;
    if (route === undefined) {
        return {
            operation: `${method} ${path}`,
            names: [],
            protocol: "rest-json",
            effect: effectOfMethod(method),
        };
    }
    // In a collection the new thing's name is in the body; otherwise the last name of the path is the narrowest.
    const named = namesIn(jsonFields(body));
    const names = route.names.length > 1 || named.length === 0 ? route.names.slice(-1) : named;
    return { operation: route.operation, names, protocol: "rest-json", effect: effectOf(route.operation) };
}

function effectOf(operation: string): Effect {
    return READS.test(operation) ? "read" : "write";
}

function effectOfMethod(method: string): Effect {
    return method === "GET" || method === "HEAD" ? "read" : "write";
}

/** Every signed request carries its service in the credential scope: AKID/date/region/service/aws4_request. */
function serviceOf(head: RequestHead, query: URLSearchParams): string {
    const signed = /Credential=([^,\s]+)/.exec(headerOf(head, "authorization"))?.[1];
    const scope = signed ?? query.get("X-Amz-Credential") ?? "";
    return scope.split("/")[3] ?? "unsigned";
}

function namesIn(fields: URLSearchParams): string[] {
    return NAMING_PARAMETERS.map((name) => fields.get(name)).filter((value) => value !== null);
}

function formFields(head: RequestHead, body: Buffer): URLSearchParams {
    const form = headerOf(head, "content-type").includes("x-www-form-urlencoded");
    return new URLSearchParams(form ? body.toString("utf8") : "");
}

/** The string members of a JSON body; a body that is cut off or not JSON names nothing, and the call is counted all the same. */
function jsonFields(body: Buffer): URLSearchParams {
    const fields = new URLSearchParams();
    let parsed: unknown;
    try {
        parsed = JSON.parse(body.toString("utf8"));
    } catch {
        return fields;
    }
    for (const [name, value] of Object.entries(parsed ?? {})) {
        if (typeof value === "string") fields.set(name, value);
    }
    return fields;
}
