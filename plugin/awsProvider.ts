// References to providers come in, as Construct has them; the same with the settings that decide whose account they reach go out.

import * as pulumi from "@pulumi/pulumi";
import { ACCESS_ARGUMENTS } from "../components/awsProviderSettings";

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
    const settings = Object.entries(ACCESS_ARGUMENTS).map(([name, isSecret]) => {
        const value = state[name];
        const text = value === undefined || typeof value === "string" ? value : JSON.stringify(value);
        return [name, isSecret && text !== undefined ? pulumi.secret(text) : pulumi.output(text)];
    });
    Object.assign(aws, Object.fromEntries(settings));
    return providers;
}
