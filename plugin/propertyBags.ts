// Property bags of Pulumi's protocol come in, plain ones go out with the names of those that hold secrets, and back. Envelopes are known here alone.
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { UNKNOWN } from "../common/unknownValue";
import { SECRET_OUTPUTS } from "../provider/pulumi/alwaysSecret";
import type { Bag } from "../provider/pulumi/propertyBag";

/** How Pulumi marks that an object is an envelope, and of which kind. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

export interface Opened {
    /** Without envelopes. */
    readonly plain: Bag;
    /** Names of the properties of which some value is secret. */
    readonly secrets: ReadonlySet<string>;
    /** As it came. */
    readonly sealed: Bag;
}

export function open(struct: Struct | undefined): Opened {
    const sealed = (struct?.toJavaScript() ?? {}) as Bag;
    const secrets = new Set<string>();
    const plain = Object.entries(sealed).map(([name, value]) => {
        const tellSecret = () => void secrets.add(name);
        return [name, opened(value, tellSecret)] as const;
    });
    return { plain: Object.fromEntries(plain), secrets, sealed };
}

function opened(value: unknown, tellSecret: () => void): unknown {
    if (Array.isArray(value)) return value.map((one) => opened(one, tellSecret));
    if (typeof value !== "object" || value === null) return value;
    const bag = value as Bag;
    switch (bag[SIGNATURE]) {
        case SECRET:
            tellSecret();
            return opened(bag.value, tellSecret);
        case OUTPUT:
            if (bag.secret === true) tellSecret();
            return "value" in bag ? opened(bag.value, tellSecret) : UNKNOWN;
        case RESOURCE:
            return bag.id === undefined || bag.id === "" ? bag.urn : bag.id;
        default:
            return Object.fromEntries(
                Object.entries(bag).map(([key, one]) => [key, opened(one, tellSecret)]),
            );
    }
}

/** Secret is what is so by its nature, and what goes by the name of an input that was. A value that came in as it goes out keeps its own envelopes. */
export function seal(bag: Bag, secrets: ReadonlySet<string>, asItCame?: Opened): Struct {
    const sealed = Object.entries(bag)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => {
            const secret = secrets.has(name) || (SECRET_OUTPUTS as readonly string[]).includes(name);
            if (!secret || value === null || isSealed(value)) return [name, value] as const;
            const came = asItCame?.sealed[name];
            const isSame =
                asItCame?.secrets.has(name) === true &&
                JSON.stringify(asItCame.plain[name]) === JSON.stringify(value);
            return [name, isSame ? came : { [SIGNATURE]: SECRET, value }] as const;
        });
    return Struct.fromJavaScript(Object.fromEntries(sealed) as Record<string, never>);
}

/** The life cycle says of an output by itself that it is made of a secret. */
function isSealed(value: unknown): boolean {
    return typeof value === "object" && value !== null && (value as Bag)[SIGNATURE] === SECRET;
}
