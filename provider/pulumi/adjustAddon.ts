// The add-on after its move: version and settings as they are wished now, on the one that runs.
import { canonicalJson } from "../../common/canonicalJson";
import type { Journal } from "../engine/journal";
import { upgradeAddon } from "../operations/addon/upgrade";
import { merged, type Values } from "../settings/mapSettings";
import { placeOf } from "./drift";
import type { MigrationInputs } from "./inputs";
import { configurationOf } from "./moveRequest";
import { type MigrationOutputs, plainJson } from "./outputs";
import { assertAlone } from "./rivalsOfAddon";
import type { Session } from "./session";

export async function adjustAddon(session: Session, journal: Journal): Promise<void> {
    const { addon } = journal.plan;
    const wanted = wishedAddon(addon, session.inputs);
    const { configurationValues } = wanted;
    const version = await upgradeAddon(
        session.connection.world,
        session.profile,
        { name: addon.name, ...wanted },
        session.installMs,
    );
    if (version === addon.version && configurationValues === addon.configurationValues) return;
    await journal.revise({
        ...addon,
        version,
        configurationValues,
        whyVersion: session.inputs.addonVersion ? "pinned by addonVersion" : addon.whyVersion,
    });
}

/** A committed move has no journal; version and settings of its add-on can still change. */
export async function adjustCommitted(
    session: Session,
    olds: Partial<MigrationOutputs>,
): Promise<Record<string, unknown>> {
    const { inputs, connection, profile } = session;
    const wanted = wishedAddon(
        { version: olds.addonVersion ?? "", configurationValues: olds.addonConfiguration ?? "{}" },
        inputs,
    );
    const place = placeOf(olds);
    if (place !== undefined) await session.lock(place);
    await assertAlone(session, olds);
    const addonVersion = await upgradeAddon(
        connection.world,
        profile,
        { name: profile.addonName, ...wanted },
        session.installMs,
    );
    return plainJson({
        ...olds,
        addonVersion,
        addonConfiguration: wanted.configurationValues,
        inputs,
        drift: [],
    }) as Record<string, unknown>;
}

function wishedAddon(
    now: { readonly version: string; readonly configurationValues: string },
    inputs: MigrationInputs,
): { version?: string; known: string; knownSettings: string; configurationValues: string } {
    return {
        known: now.version,
        knownSettings: now.configurationValues,
        ...(inputs.addonVersion === undefined ? {} : { version: inputs.addonVersion }),
        configurationValues: canonicalJson(
            merged(JSON.parse(now.configurationValues) as Values, configurationOf(inputs)),
        ),
    };
}
