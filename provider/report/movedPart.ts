// What moved, what was left alone, which fields changed owner, what was lost: from the plan, which the move follows to the letter.

import { counted } from "../../common/counted";
import { DependencyTreatment, IdentityTreatment, type Plan, type PlannedIdentity } from "../plan/plan";
import { TaggedKind } from "../ports/world";
import { MigrationPhase } from "../pulumi/outputs";
import { html, type Markup, type MarkupPart } from "./markup";
import { settingsShown } from "./settingsShown";

const TITLES: Readonly<Record<MigrationPhase, string>> = {
    [MigrationPhase.Moving]: "What moves",
    [MigrationPhase.Stopped]: "What moves",
    [MigrationPhase.Moved]: "What moved",
    [MigrationPhase.Committed]: "What moved",
    [MigrationPhase.OnHelm]: "What had moved, and is back",
};

export function movedPart(plan: Plan, phase: MigrationPhase | undefined): Markup {
    const { release, addon } = plan;
    return html`<section><h2>${TITLES[phase ?? MigrationPhase.Moving]}</h2>
<h3>Versions</h3>
${table(
    ["", "under Helm", "as add-on"],
    [
        [
            "operator",
            `${release.operatorVersion} (chart ${release.chart} ${release.chartVersion}, revision ${release.revision})`,
            `${addon.version} (${addon.whyVersion})`,
        ],
        ["namespace", release.namespace, addon.namespace],
    ],
)}
<h3>Controllers</h3>
${table(
    ["controller", "deployment under Helm", "replicas"],
    plan.controllers.map(({ component, workload, replicas }) => [
        component,
        code(`${workload.namespace}/${workload.name}`),
        String(replicas),
    ]),
)}
<h3>Models <span class="dim">stay as they are</span></h3>
${table(
    ["kind", "served versions", "count"],
    plan.customResources.map(({ kind, servedVersions, count }) => [
        code(kind),
        servedVersions.join(", "),
        String(count),
    ]),
)}
${rolesPart(plan)}${tagsPart(plan)}${dependenciesPart(plan)}${settingsPart(plan)}${objectsPart(plan)}</section>`;
}

function rolesPart({ identities }: Plan): Markup | undefined {
    if (identities.length === 0) return undefined;
    const how = ({ treatment, source, why, bucketPolicy, trust }: PlannedIdentity): string => {
        const bucket = bucketPolicy === undefined ? "" : "; inline policy for the TLS buckets of the models";
        switch (treatment) {
            case IdentityTreatment.Given:
                return "given by you, left as it is";
            case IdentityTreatment.Reused:
                return `the role of the release goes on${trust === undefined ? " as it is" : ", trusting the add-on's service account too"}${bucket}`;
            case IdentityTreatment.Cloned:
                return `copy of ${source ?? "the role of the release"}: ${why ?? ""}${bucket}`;
        }
    };
    return html`<h3>Roles</h3>${table(
        ["for", "role", "how"],
        identities.map((identity) => [identity.title, code(identity.roleArn), how(identity)]),
    )}`;
}

const TAGGED = {
    [TaggedKind.LoadBalancer]: "load balancer",
    [TaggedKind.Certificate]: "certificate",
    [TaggedKind.S3Object]: "S3 object",
};

function tagsPart({ tags }: Plan): Markup | undefined {
    if (tags.resources.length === 0) return undefined;
    return html`<h3>Tags <span class="dim">${tags.tag.key}=${tags.tag.value}, beside the tags that are there</span></h3>${fold(
        `${counted(tags.resources.length, "resource")} of the models`,
        table(
            ["kind", "resource", "of"],
            tags.resources.map(({ resource, owner, overwrites }) => [
                TAGGED[resource.kind],
                code(resource.id),
                overwrites === undefined ? owner : `${owner} (was ${overwrites})`,
            ]),
        ),
    )}`;
}

function dependenciesPart({ dependencies }: Plan): Markup | undefined {
    const moved = dependencies.filter(({ treatment }) => treatment !== DependencyTreatment.LeftAlone);
    if (moved.length === 0) return undefined;
    return html`<h3>Dependencies</h3>${table(
        ["what", "add-on", "how"],
        moved.map(({ title, addonName, version = "", treatment, why }) => [
            title,
            code(`${addonName} ${version}`),
            `${treatment === DependencyTreatment.Install ? "installed" : "moved"}: ${why}`,
        ]),
    )}`;
}

function settingsPart({ addon }: Plan): Markup | undefined {
    const settings = settingsShown(addon.configurationValues);
    if (settings.length === 0) return undefined;
    return html`<h3>Settings</h3>${fold(
        counted(settings.length, "setting"),
        table(
            ["setting", "value"],
            settings.map(({ path, value }) => [
                code(path),
                value === undefined ? html`<span class="dim">not shown here</span>` : code(value),
            ]),
        ),
    )}`;
}

function objectsPart({ objects }: Plan): Markup {
    return html`<h3>Objects</h3>${fold(
        `${counted(objects.length, "object")} of the release`,
        table(
            ["kind", "name", "goes to"],
            objects.map(({ kind, namespace, name, part }) => [
                kind,
                code(namespace ? `${namespace}/${name}` : name),
                part,
            ]),
        ),
    )}`;
}

export function leftAlonePart(plan: Plan): Markup {
    const lines = plan.leftAlone;
    return html`<section><h2>Left alone, and whose it is</h2>${lines.length === 0 ? html`<p class="dim">Everything of the release moves; nothing of others was found in its way.</p>` : list(lines)}</section>`;
}

export function ownersPart(plan: Plan): Markup {
    const changing = plan.objects.filter(({ helmFields = 0 }) => helmFields > 0);
    const sum = changing.reduce((total, { helmFields = 0 }) => total + helmFields, 0);
    if (changing.length === 0)
        return html`<section><h2>Fields that change owner</h2><p class="dim">None: Helm owns no field of an object that the add-on applies.</p></section>`;
    return html`<section><h2>Fields that change owner</h2><p>At most ${counted(sum, "field")} on ${counted(changing.length, "object")} pass from Helm to EKS (field manager <code>eks</code>). Undo gives them back.</p>${fold(
        "which",
        table(
            ["object", "fields of Helm"],
            changing.map(({ kind, namespace, name, helmFields = 0 }) => [
                code(`${kind} ${namespace ? `${namespace}/` : ""}${name}`),
                String(helmFields),
            ]),
        ),
    )}</section>`;
}

export function droppedPart({ droppedSettings = [] }: Plan): Markup | undefined {
    if (droppedSettings.length === 0) return undefined;
    return html`<section><h2>Settings dropped</h2><p>The add-on cannot express these settings of the release. Undo brings them back.</p>${list(droppedSettings.map(code))}</section>`;
}

export function list(lines: readonly MarkupPart[]): Markup {
    return html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

export function table(head: readonly string[], rows: readonly (readonly MarkupPart[])[]): Markup {
    if (rows.length === 0) return html`<p class="dim">none</p>`;
    return html`<div class="wide"><table><thead><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

function fold(summary: string, content: Markup): Markup {
    return html`<details><summary>${summary}</summary>${content}</details>`;
}

function code(text: string): Markup {
    return html`<code>${text}</code>`;
}
