// `aws eks get-token --cluster-name <name>` comes in, a token in the form that kubectl takes goes out. No other command is known.
import { mintClusterToken } from "../../provider/adapters/aws/clusterToken";
import { openSession } from "../../provider/adapters/aws/session";

async function main([service, command, option, clusterName]: string[]): Promise<void> {
    if (service !== "eks" || command !== "get-token" || option !== "--cluster-name" || !clusterName)
        throw new Error("the stand-in aws command knows `aws eks get-token --cluster-name <name>` only");
    const token = await mintClusterToken(clusterName, await openSession({}));
    const credential = {
        apiVersion: "client.authentication.k8s.io/v1beta1",
        kind: "ExecCredential",
        spec: {},
        status: { token },
    };
    process.stdout.write(JSON.stringify(credential));
}

main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
