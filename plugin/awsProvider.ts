// References to providers come in, as Construct has them; the same with the settings that decide whose account they reach go out.
import * as pulumi from "@pulumi/pulumi";

const SETTINGS = ["profile", "accessKey", "secretKey", "token", "assumeRoles", "endpoints"] as const;
/** Whoever holds these reaches the account. */
const SECRET: readonly string[] = ["accessKey", "secretKey", "token"];

/** A reference names its resource and tells nothing of it; the engine knows its state. */
export async function withSettings(
    providers: Record<string, pulumi.ProviderResource>,
): Promise<Record<string, pulumi.ProviderResource>> {
    const { aws } = providers;
    if (aws === undefined) return providers;
    const urn = await (aws.urn as unknown as { promise(): Promise<string> }).promise();
    const answer = (await pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn })) as {
        state?: Record<string, unknown>;
    };
    const state = answer.state ?? {};
    const settings = SETTINGS.map((name) => {
        const value = state[name];
        const text = value === undefined || typeof value === "string" ? value : JSON.stringify(value);
        return [
            name,
            SECRET.includes(name) && text !== undefined ? pulumi.secret(text) : pulumi.output(text),
        ];
    });
    Object.assign(aws, Object.fromEntries(settings));
    return providers;
}
