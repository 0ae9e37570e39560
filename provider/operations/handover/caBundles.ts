// Objects that name Services, and authorities, come in; requests to these Services trust them besides those that they trust already, until they are taken out again. Nobody's authority is replaced.
import { MIGRATION_MARK } from "../../../common/ourMarks";
import { type ClientConfig, clientConfigsOf, rewriteConfigs } from "../../kubernetes/clientConfigs";
import { refTo } from "../../kubernetes/objectRef";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";

/** Which entries of which objects. */
export interface Trusting {
    readonly objects: readonly ObjectRef[];
    /** Entries for one of these; absent for every entry. */
    readonly services?: readonly ObjectRef[];
}

/** `authority` is base64 of PEM, as in a Secret. */
export async function trustAuthority(world: World, trusting: Trusting, authority: string): Promise<void> {
    await rewriteBundles(world, trusting, (bundle) => withAuthority(bundle, decode(authority)));
}

/** Only for the time of a move: found again by the move's name, without a memory. */
export async function trustForMove(
    world: World,
    migrationId: string,
    trusting: Trusting,
    authority: string,
): Promise<void> {
    const added = decode(authority).trim();
    const block = `${edge("begin", migrationId)}\n${added}\n${edge("end", migrationId)}\n`;
    await rewriteBundles(world, trusting, (bundle) => withAuthority(bundle, block, added));
}

/**
 * A remark that `endTrust` takes away. The API server keeps its connections for as long as an entry is the same, wherever they lead: for one that
 * changed it makes new ones, and asks over these alone.
 */
export async function askAnew(world: World, migrationId: string, trusting: Trusting): Promise<void> {
    const [begin, end] = [edge("begin", migrationId), edge("end", migrationId)];
    const remark = `${begin}\nasked anew ${world.clock.now()}\n${end}\n`;
    const former = new RegExp(`\\n?${begin}\\nasked anew [0-9]+\\n${end}\\n`, "g");
    await rewriteBundles(world, trusting, (bundle) =>
        encode(`${decode(bundle).replace(former, "")}\n${remark}`),
    );
}

/** Whether every entry that is meant still has what `trustForMove` added: whoever writes a bundle over takes it away. */
export function isTrustedForMove(
    object: KubernetesObject,
    migrationId: string,
    services: readonly ObjectRef[],
): boolean {
    return [...clientConfigsOf(object).values()].every(
        (config) =>
            !isFor(services, config) || decode(config.caBundle ?? "").includes(edge("begin", migrationId)),
    );
}

/** Whether an entry still has anything that is only for the time of the move. */
export function hasRemark(object: KubernetesObject, migrationId: string): boolean {
    return bundlesOf(object).some((bundle) => decode(bundle).includes(edge("begin", migrationId)));
}

/** What `trustForMove` added goes; byte for byte what was there before stays. */
export async function endTrust(world: World, migrationId: string, trusting: Trusting): Promise<void> {
    const [begin, end] = [edge("begin", migrationId), edge("end", migrationId)];
    const blocks = new RegExp(`\\n?${begin}\\n[^#]*${end}\\n`, "g");
    await rewriteBundles(world, trusting, (bundle) => {
        const held = decode(bundle);
        return held.includes(begin) ? encode(held.replace(blocks, "")) : bundle;
    });
}

/** As they are in `former`. */
export async function restoreBundles(world: World, former: KubernetesObject): Promise<void> {
    const configs = clientConfigsOf(former);
    await rewriteConfigs(world, refTo(former), (config, webhook) => {
        const known = configs.get(webhook);
        return known === undefined ? config : withBundle(config, known.caBundle ?? "");
    });
}

/** Each once. */
export function bundlesOf(object: KubernetesObject): readonly string[] {
    return [...new Set([...clientConfigsOf(object).values()].flatMap(({ caBundle }) => caBundle ?? []))];
}

async function rewriteBundles(
    world: World,
    { objects, services }: Trusting,
    change: (bundle: string) => string,
): Promise<void> {
    const isMeant = (config: ClientConfig) => services === undefined || isFor(services, config);
    await Promise.all(
        objects.map((ref) =>
            rewriteConfigs(world, ref, (config) =>
                isMeant(config) ? withBundle(config, change(config.caBundle ?? "")) : config,
            ),
        ),
    );
}

function isFor(services: readonly ObjectRef[], { service }: ClientConfig): boolean {
    return services.some(({ namespace, name }) => namespace === service?.namespace && name === service?.name);
}

function withBundle(config: ClientConfig, wanted: string): ClientConfig {
    if ((config.caBundle ?? "") === wanted) return config;
    return { ...config, caBundle: wanted === "" ? null : wanted };
}

/** One bundle may hold several authorities; lines between two PEM blocks are comments. */
function withAuthority(bundle: string, added: string, authority = added.trim()): string {
    const held = decode(bundle);
    if (held.includes(authority)) return bundle;
    return encode(held === "" ? added : `${held}\n${added}`);
}

/** A line around what is there only for a move. */
function edge(which: "begin" | "end", migrationId: string): string {
    return `# ${which} ${MIGRATION_MARK}=${migrationId}`;
}

function decode(base64: string): string {
    return Buffer.from(base64, "base64").toString();
}

function encode(text: string): string {
    return Buffer.from(text).toString("base64");
}
