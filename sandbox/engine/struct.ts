// Between property maps and the protobuf Struct of the wire. `undefined` is refused, as the SDK refuses it.
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PropertyMap } from "./values";

export function toStruct(map: PropertyMap): Struct {
    return Struct.fromJavaScript(map as Record<string, JavaScriptValue>);
}

export function fromStruct(struct: Struct | undefined): PropertyMap {
    return (struct?.toJavaScript() ?? {}) as PropertyMap;
}
