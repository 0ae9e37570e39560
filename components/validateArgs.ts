// Arguments come in, every problem with its property path goes out, all at once. Looks at nothing outside the arguments.
import * as pulumi from "@pulumi/pulumi";
import type { Home } from "../common/arnHome";
import { type InputProblem, problemsOf } from "../common/inputShape";
import { isInPlugin } from "../provider/pulumi/packageHome";
import type { HyperPodInferenceAddonArgs } from "./args";
import { toldOnce } from "./argumentErrors";
import { argumentShape } from "./argumentRules";
import { contradictions } from "./contradictions";
import { problemsOfGivenThings } from "./givenArns";
import { isLater, known, settle } from "./knownValue";

/** Every problem that can be told from the values that are there already. */
export function findArgumentErrors(args: HyperPodInferenceAddonArgs): InputProblem[] {
    return [...problemsOf(args, argumentShape, { isLater, isSecret: () => false }), ...contradictions(args)];
}

/** Fails with all problems of the plain values now. */
export function refuseBadArguments(name: string, args: HyperPodInferenceAddonArgs): void {
    refuse(unusable(name), findArgumentErrors(args));
}

/** Fails with all problems of the values that come from other resources, once they are there, and of what AWS knows of the things that are named. */
export async function refuseBadOutputs(
    name: string,
    args: HyperPodInferenceAddonArgs,
    place: { readonly [Key in keyof Home]: pulumi.Output<string> },
    lookUp: pulumi.InvokeOptions,
): Promise<void> {
    const settled = (await settle(args)) as HyperPodInferenceAddonArgs;
    const secrets = await secretTexts(args, settled);
    const [partition, region, accountId] = await Promise.all([
        known(place.partition),
        known(place.region),
        known(place.accountId),
    ]);
    const home =
        partition === undefined || region === undefined || accountId === undefined
            ? undefined
            : { partition, region, accountId };
    const problems = [
        ...findArgumentErrors(settled),
        ...(home === undefined ? [] : await problemsOfGivenThings(settled, home, lookUp)),
    ];
    const told = problems.map(({ propertyPath, reason }) => ({
        propertyPath,
        reason: secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), reason),
    }));
    refuse(unusable(name), told);
}

const unusable = (name: string) =>
    `The arguments of HyperPodInferenceAddon ${JSON.stringify(name)} cannot be used`;

/** Fails with the problems, if there are any. A program that fails shows the message alone, so they stand there too. */
export function refuse(headline: string, errors: InputProblem[]): void {
    if (errors.length === 0) return;
    const lines = errors.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`);
    const message = `${headline}:\n${lines.join("\n")}`;
    // The engine would tell each of a plugin's once more, with its value, secret or not.
    throw toldOnce(new pulumi.InputPropertiesError({ message, errors: isInPlugin() ? [] : [...errors] }));
}

/** Texts that are shorter say nothing, and stand everywhere. */
const SHORTEST = 3;

/** What must not be told: texts in arguments that the program gave as secrets, the longest first. */
async function secretTexts(args: HyperPodInferenceAddonArgs, settled: object): Promise<string[]> {
    const values = Object.entries(args).map(async ([name, value]) =>
        (await pulumi.isSecret(pulumi.output(value as unknown)))
            ? textsIn((settled as Record<string, unknown>)[name])
            : [],
    );
    const texts = (await Promise.all(values)).flat().filter((text) => text.length >= SHORTEST);
    return [...new Set(texts)].sort((one, other) => other.length - one.length);
}

function textsIn(value: unknown): string[] {
    if (typeof value === "string") return [value];
    if (typeof value === "number") return [String(value)];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
