// Old and new inputs in; the new ones with the plan, or all that is wrong with them, out. Nothing is changed anywhere.
import { asMigrationError } from "../../common/errors";
import { hasUnknown } from "../../common/unknownValue";
import type { Log } from "../ports/world";
import { whyNotWritable } from "../report/reportFile";
import {
    type CheckFailure,
    changesOfCluster,
    IMMUTABLE,
    type MigrationInputs,
    PLANNED_WITHOUT,
    parseInputs,
    withPresentNames,
} from "./inputs";
import { PLAN_UNKNOWN, toldPlan } from "./planOutput";
import { Blocked, type PlanPreviews } from "./previewPlan";
import type { Bag } from "./propertyBag";
import { vouchersOf } from "./vouchers";

export interface CheckResult {
    readonly inputs: Record<string, unknown>;
    readonly failures: CheckFailure[];
}

export async function checkMove(
    previews: PlanPreviews,
    stored: Bag,
    news: Bag,
    log: Log,
): Promise<CheckResult> {
    const olds = withPresentNames(stored);
    const { inputs, failures, unknown } = parseInputs(news);
    const planned = (plan: readonly string[]): CheckResult => ({
        inputs: { ...news, plan: [...plan] },
        failures: [],
    });
    const refused = (problems: readonly CheckFailure[]): CheckResult => ({
        inputs: { ...news },
        failures: [...problems],
    });
    const all = [...failures, ...frozen(olds, inputs), ...(await unwritableReport(inputs))];
    if (all.length > 0) return refused(all);
    const canPlan =
        olds.plan === undefined && unknown.every((property) => PLANNED_WITHOUT.includes(property));
    if (unknown.length > 0 && !canPlan) return planned([PLAN_UNKNOWN]);
    const { plan } = toldPlan(olds);
    if (plan !== undefined && changesOfCluster(olds, news).length === 0) return planned(plan);
    try {
        const isBegun = olds.clusterName !== undefined;
        return planned(await previews.linesOf(inputs, vouchersOf({}, news, olds), isBegun, log));
    } catch (error) {
        if (error instanceof Blocked) return refused(error.failures);
        const told = asMigrationError(
            error,
            "plan",
            "remove the cause and run the command again; nothing was changed",
        );
        return refused([{ property: "clusterName", reason: told.message }]);
    }
}

function frozen(olds: Bag, inputs: MigrationInputs): CheckFailure[] {
    return IMMUTABLE.filter(
        (property) =>
            olds[property] !== undefined &&
            inputs[property] !== undefined &&
            olds[property] !== inputs[property],
    ).map((property) => ({
        property,
        reason: `cannot change from ${String(olds[property])} to ${String(inputs[property])}: this resource moved that one; add a second HelmToAddonMigration for the other, and destroy or commit this one`,
    }));
}

async function unwritableReport({ report }: MigrationInputs): Promise<CheckFailure[]> {
    if (typeof report !== "string" || report.trim() === "" || hasUnknown(report)) return [];
    const why = await whyNotWritable(report);
    return why === undefined ? [] : [{ property: "report", reason: `cannot be written: ${why}` }];
}
