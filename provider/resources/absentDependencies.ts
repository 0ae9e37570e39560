// Dependencies that the user says are there come in; those that the cluster knows nothing of go out. Reads only.

import { describeBlocker } from "../../common/blocker";
import { ErrorCode, messageOf } from "../../common/errors";
import type { Objects } from "../ports/world";
import { dependencyProfiles } from "../profiles/dependencies";
import type { CheckFailure } from "../pulumi/inputs";

export async function findAbsent(
    objects: Pick<Objects, "read">,
    dependencies: readonly string[],
): Promise<CheckFailure[]> {
    const looks = dependencies.map(async (key): Promise<CheckFailure[]> => {
        const sign = dependencyProfiles.find((profile) => profile.key === key)?.presence;
        if (!sign) throw new Error(`nothing is known by which ${key} could be found`);
        const refused = (what: string, remedy: string) => [
            {
                property: `${key}.mode`,
                reason: describeBlocker({ code: ErrorCode.DependencyMissing, what, remedy }),
            },
        ];
        try {
            if (await objects.read(sign)) return [];
        } catch (error) {
            return refused(
                `is Present, which cannot be checked (${messageOf(error)})`,
                "set it to Skip to go on unchecked",
            );
        }
        return refused(
            `is Present, but the cluster has no ${sign.kind} ${sign.name}`,
            "install it, or set the mode to Install",
        );
    });
    return (await Promise.all(looks)).flat();
}
