// Property values as they travel between program, engine and provider: plain JSON plus marker objects for secrets,
// unknowns, resource references and output values. Helpers to find, strip and add markers; nothing is sent or stored here.

export type PropertyValue = null | boolean | number | string | PropertyValue[] | PropertyMap;
export interface PropertyMap {
    [key: string]: PropertyValue;
}

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

export function isMap(value: PropertyValue | undefined): value is PropertyMap {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: PropertyValue | undefined): value is PropertyMap & { value: PropertyValue } {
    return isMap(value) && value[SIGNATURE] === SECRET;
}

export function isResourceReference(value: PropertyValue | undefined): value is PropertyMap {
    return isMap(value) && value[SIGNATURE] === RESOURCE_REFERENCE;
}

export function secret(value: PropertyValue): PropertyValue {
    return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** Rebuilds a value from the leaves up; `change` sees every node after its children. */
function rebuild(value: PropertyValue, change: (node: PropertyValue) => PropertyValue): PropertyValue {
    if (Array.isArray(value)) {
        return change(value.map((item) => rebuild(item, change)));
    }
    if (isMap(value)) {
        return change(mapValues(value, (item) => rebuild(item, change)));
    }
    return change(value);
}

export function mapValues(
    map: PropertyMap,
    change: (value: PropertyValue, key: string) => PropertyValue,
): PropertyMap {
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

/** What a provider without acceptSecrets sees: secrets opened, references replaced by the id or URN they stand for. */
export function plain(map: PropertyMap): PropertyMap {
    return rebuild(map, (node) => {
        if (isSecret(node)) {
            return node.value;
        }
        return isResourceReference(node) ? referenceText(node) : node;
    }) as PropertyMap;
}

/** What a provider with acceptSecrets but without acceptResources sees. */
export function withoutReferences(map: PropertyMap): PropertyMap {
    return rebuild(map, (node) => (isResourceReference(node) ? referenceText(node) : node)) as PropertyMap;
}

function referenceText(reference: PropertyMap): PropertyValue {
    return reference.id === undefined
        ? (reference.urn ?? null)
        : reference.id === ""
          ? UNKNOWN
          : reference.id;
}

/** Output values (remote components send them) become the unknown, the secret or the value they carry. */
export function withoutOutputValues(map: PropertyMap): PropertyMap {
    return rebuild(map, (node) => {
        if (!isMap(node) || node[SIGNATURE] !== OUTPUT_VALUE) {
            return node;
        }
        const value = node.value === undefined ? UNKNOWN : node.value;
        return node.secret === true ? secret(value) : value;
    }) as PropertyMap;
}

export function some(value: PropertyValue | undefined, test: (node: PropertyValue) => boolean): boolean {
    if (value === undefined) {
        return false;
    }
    if (test(value)) {
        return true;
    }
    if (Array.isArray(value)) {
        return value.some((item) => some(item, test));
    }
    return isMap(value) && Object.values(value).some((item) => some(item, test));
}

export const containsUnknown = (value: PropertyValue | undefined): boolean =>
    some(value, (node) => node === UNKNOWN);
export const containsSecret = (value: PropertyValue | undefined): boolean => some(value, isSecret);

/** Marks in `outputs` again what is secret at the same path of `inputs`: the provider saw plain values only. */
export function remark(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
    return mapValues(outputs, (output, key) => remarkValue(output, inputs[key]));
}

function remarkValue(output: PropertyValue, input: PropertyValue | undefined): PropertyValue {
    if (input === undefined || isSecret(output)) {
        return output;
    }
    if (isMap(output) && isMap(input) && !isSecret(input)) {
        return remark(output, input);
    }
    return containsSecret(input) ? secret(output) : output;
}

/** Marks whole outputs: those named in additionalSecretOutputs and those whose input of the same name is a secret. */
export function markOutputs(
    outputs: PropertyMap,
    names: readonly string[],
    inputs: PropertyMap,
): PropertyMap {
    return mapValues(outputs, (value, key) =>
        key !== "id" && (names.includes(key) || isSecret(inputs[key])) ? secret(value) : value,
    );
}

/** Equality of two values with secrets opened: a value that only became secret has not changed. */
export function equal(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
    const a = isSecret(left) ? left.value : left;
    const b = isSecret(right) ? right.value : right;
    if (Array.isArray(a) && Array.isArray(b)) {
        return a.length === b.length && a.every((item, index) => equal(item, b[index]));
    }
    if (isMap(a) && isMap(b)) {
        const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
        return [...keys].every((key) => equal(a[key], b[key]));
    }
    return a === b;
}
