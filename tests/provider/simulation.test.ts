// IAM's simulation over HTTP, as IAM answers it: in pages, for principals of every kind; what it cannot say is no answer, and never an error of the plan.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openSession } from "../../provider/adapters/aws/session";
import type { KubernetesApi } from "../../provider/adapters/kubernetes/api";
import { RealPermissions } from "../../provider/adapters/permissions";

const RIGHTS = ["iam:PassRole", "eks:CreateAddon"].map((action) => ({ action, resource: "*" }));
const member = (action: string, decision: string) =>
    `<member><EvalActionName>${action}</EvalActionName><EvalResourceName>*</EvalResourceName><EvalDecision>${decision}</EvalDecision></member>`;

interface Reply {
    readonly status?: number;
    readonly body: string;
}

describe("IAM's simulation, over HTTP", () => {
    let server: Server;
    let caller: string;
    let simulated: URLSearchParams[];
    let reply: (form: URLSearchParams) => Reply;
    before(async () => {
        server = createServer((request, response) => {
            let text = "";
            request.on("data", (chunk: Buffer) => {
                text += chunk.toString();
            });
            request.on("end", () => {
                const form = new URLSearchParams(text);
                const action = form.get("Action") ?? "";
                if (action === "SimulatePrincipalPolicy") simulated.push(form);
                const { status = 200, body } =
                    action === "GetCallerIdentity" ? { body: `<Arn>${caller}</Arn>` } : reply(form);
                response.writeHead(status, { "content-type": "text/xml" });
                response.end(
                    status === 200
                        ? `<${action}Response><${action}Result>${body}</${action}Result></${action}Response>`
                        : `<ErrorResponse><Error><Code>${body}</Code><Message>no</Message></Error></ErrorResponse>`,
                );
            });
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    });
    after(() => {
        server.closeAllConnections();
        server.close();
    });
    beforeEach(() => {
        simulated = [];
        caller = "arn:aws:sts::123456789012:assumed-role/deployer/session";
    });

    const denied = async () => {
        const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const session = await openSession({
            region: "us-west-2",
            access: {
                keys: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "example" },
                endpoints: { iam: address, sts: address },
            },
        });
        return new RealPermissions({} as KubernetesApi, session).deniedInAws(RIGHTS);
    };

    it("is read to its last page, for the role behind the session", async () => {
        reply = (form) =>
            form.get("Marker") === "next"
                ? {
                      body: `<EvaluationResults>${member("eks:CreateAddon", "implicitDeny")}</EvaluationResults><IsTruncated>false</IsTruncated>`,
                  }
                : {
                      body: `<EvaluationResults>${member("iam:PassRole", "allowed")}</EvaluationResults><IsTruncated>true</IsTruncated><Marker>next</Marker>`,
                  };
        assert.deepEqual(await denied(), [{ action: "eks:CreateAddon", resource: "*" }]);
        assert.equal(simulated[0]?.get("PolicySourceArn"), "arn:aws:iam::123456789012:role/deployer");
    });

    it("says nothing of a principal that IAM cannot name, or of policies that it cannot evaluate", async () => {
        caller = "arn:aws:sts::123456789012:federated-user/somebody";
        for (const code of [
            "ValidationError",
            "InvalidInput",
            "NoSuchEntity",
            "AccessDenied",
            "PolicyEvaluation",
        ]) {
            reply = () => ({ status: 400, body: code });
            assert.deepEqual(await denied(), [], code);
        }
        assert.ok(simulated.length >= 5);
    });

    it("is not asked for the account's root, and its own failures are told", async () => {
        caller = "arn:aws:iam::123456789012:root";
        assert.deepEqual(await denied(), []);
        assert.equal(simulated.length, 0);
        caller = "arn:aws:iam::123456789012:user/somebody";
        reply = () => ({ status: 400, body: "SomethingElse" });
        await assert.rejects(denied(), /no|SomethingElse/);
    });
});
