// The name of a profile comes in; whether it is there, and the Region that it or the environment names, go out. Reads the files of the aws CLI; holds no credentials.
import { AWS_REGION } from "../../../common/awsRegion";
import { ErrorCode, MigrationError } from "../../../common/errors";
import { nearest } from "../../../common/nearest";

type Profiles = Record<string, Record<string, string | undefined> | undefined>;

/** As the aws CLI lays the two files over each other. */
async function profiles(): Promise<Profiles> {
    const { loadSharedConfigFiles } = await import("@smithy/shared-ini-file-loader");
    const { configFile, credentialsFile } = await loadSharedConfigFiles();
    const names = [...Object.keys(configFile), ...Object.keys(credentialsFile)];
    return Object.fromEntries(names.map((name) => [name, { ...configFile[name], ...credentialsFile[name] }]));
}

/** Without it the SDK would look elsewhere, and may find somebody else's credentials. */
export async function assertProfile(profile: string): Promise<void> {
    const all = await profiles();
    if (Object.hasOwn(all, profile)) return;
    const near = nearest(profile, Object.keys(all));
    throw wrong(
        `profile: the files of the aws CLI have no profile "${profile}"${near === undefined ? "" : `; did you mean ${near}?`}`,
        "set `profile` to one that `aws configure list-profiles` names, or leave it out",
    );
}

/** Throws where nothing names one, or what names one names none. */
export async function defaultRegion(profile: string | undefined): Promise<string> {
    for (const variable of ["AWS_REGION", "AWS_DEFAULT_REGION"]) {
        const named = process.env[variable]?.trim();
        if (named) return checked(variable, named);
    }
    const name = profile ?? (process.env.AWS_PROFILE || "default");
    const region = (await profiles())[name]?.region?.trim();
    if (region) return checked(`region of the profile ${name}`, region);
    throw wrong(
        `region: none is given, and neither AWS_REGION nor the profile ${name} names one`,
        "set the property `region`, AWS_REGION, or `region` in the profile",
    );
}

function checked(source: string, region: string): string {
    if (AWS_REGION.test(region)) return region;
    throw wrong(
        `${source}: must be an AWS Region, like us-west-2, not ${JSON.stringify(region)}`,
        "mend it, or set the property `region`",
    );
}

function wrong(what: string, remedy: string): MigrationError {
    return new MigrationError({ code: ErrorCode.InvalidInput, step: "connect", what, remedy });
}
