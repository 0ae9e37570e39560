/** The body of a create request comes in (JSON, or Kubernetes' protobuf as kubectl sends it); the object's name goes out. */

interface Named {
    name?: string | undefined;
    generateName?: string | undefined;
}

/** Every protobuf body starts with these four bytes; a runtime.Unknown follows. */
const PROTOBUF_MAGIC = Buffer.from("k8s\0");
/** Field numbers: runtime.Unknown.raw; metadata in every object; ObjectMeta.name and .generateName. */
const RAW = 2;
const METADATA = 1;
const NAME = 1;
const GENERATE_NAME = 2;
const LENGTH_DELIMITED = 2;

/** `undefined` for a body that is cut off or of another format: the request is counted all the same. */
export function objectName(body: Buffer): string | undefined {
    const named = body.subarray(0, 4).equals(PROTOBUF_MAGIC)
        ? namedInProtobuf(body.subarray(4))
        : namedInJson(body);
    return named?.name || (named?.generateName ? `${named.generateName}*` : undefined);
}

function namedInJson(body: Buffer): Named | undefined {
    try {
        return (JSON.parse(body.toString("utf8")) as { metadata?: Named } | null)?.metadata;
    } catch {
        return undefined;
    }
}

function namedInProtobuf(unknown: Buffer): Named | undefined {
    const raw = bytesField(unknown, RAW);
    const metadata = raw && bytesField(raw, METADATA);
    if (metadata === undefined) return undefined;
    return {
        name: bytesField(metadata, NAME)?.toString("utf8"),
        generateName: bytesField(metadata, GENERATE_NAME)?.toString("utf8"),
    };
}

/** The first length-delimited field of that number; the fields before it are length-delimited too in the messages above. */
function bytesField(message: Buffer, wanted: number): Buffer | undefined {
    for (let at = 0; at < message.length; ) {
        const tag = varint(message, at);
        if ((tag.value & 7) !== LENGTH_DELIMITED) return undefined;
        const length = varint(message, tag.next);
        const end = length.next + length.value;
        if (tag.value >> 3 === wanted) return message.subarray(length.next, end);
        at = end;
    }
    return undefined;
}

function varint(message: Buffer, start: number): { value: number; next: number } {
    let value = 0;
    for (let at = start, factor = 1; at < message.length; at++, factor *= 128) {
        const byte = message[at] ?? 0;
        value += (byte & 127) * factor;
        if (byte < 128) return { value, next: at + 1 };
    }
    return { value, next: message.length };
}
