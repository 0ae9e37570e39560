// Inputs of a resource or function come in; what the installed @pulumi/aws typings say against them goes out.
import { readFileSync } from "node:fs";
import path from "node:path";
import * as ts from "typescript";
import { isUnknown } from "./values";

export interface Failure {
    property: string;
    reason: string;
}

const packageDirectory = path.dirname(require.resolve("@pulumi/aws/package.json"));
const files = new Map<string, ts.SourceFile>();

function parse(file: string, namespace?: string): ts.SourceFile {
    const key = `${file} ${namespace ?? ""}`;
    let source = files.get(key);
    if (!source) {
        const text = readFileSync(path.join(packageDirectory, file), "utf8");
        const part = namespace === undefined ? text : namespaceIn(text, namespace);
        source = ts.createSourceFile(file, part, ts.ScriptTarget.ES2022);
        files.set(key, source);
    }
    return source;
}

/** One of the top-level namespaces: parsing those of every service takes a second. */
function namespaceIn(text: string, namespace: string): string {
    const opening = `export declare namespace ${namespace} {`;
    const begin = text.indexOf(opening);
    if (begin === -1) return "";
    const next = text.indexOf("\nexport declare namespace ", begin + opening.length);
    return text.slice(begin, next === -1 ? undefined : next);
}

function findInterface(
    statements: readonly ts.Statement[],
    name: string,
): ts.InterfaceDeclaration | undefined {
    return statements.find(
        (one): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === name,
    );
}

/** inputs.eks.AddonNamespaceConfig and its like. */
function findNested(namespace: string, name: string): ts.InterfaceDeclaration | undefined {
    for (const statement of parse("types/input.d.ts", namespace).statements) {
        if (!ts.isModuleDeclaration(statement) || statement.name.text !== namespace) continue;
        if (statement.body && ts.isModuleBlock(statement.body))
            return findInterface(statement.body.statements, name);
    }
    return undefined;
}

/** `module` is like "eks/addon", `name` like "AddonArgs". */
export function checkAgainstTypings(module: string, name: string, value: Record<string, unknown>): Failure[] {
    const declaration = findInterface(parse(`${module}.d.ts`).statements, name);
    if (!declaration) throw new Error(`the installed @pulumi/aws has no ${name} in ${module}.d.ts`);
    return checkObject(declaration, value, "");
}

function checkObject(declaration: ts.InterfaceDeclaration, value: unknown, at: string): Failure[] {
    if (isUnknown(value)) return [];
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return [{ property: at, reason: `must be an object (${declaration.name.text})` }];
    }
    const members = new Map<string, ts.PropertySignature>();
    for (const member of declaration.members) {
        if (ts.isPropertySignature(member) && ts.isIdentifier(member.name))
            members.set(member.name.text, member);
    }
    const failures: Failure[] = [];
    const join = (key: string) => (at ? `${at}.${key}` : key);
    for (const [key, member] of members) {
        const given = (value as Record<string, unknown>)[key];
        if (given === undefined || given === null) {
            if (!member.questionToken) failures.push({ property: join(key), reason: "is required" });
        } else if (member.type) {
            failures.push(...checkValue(member.type, given, join(key)));
        }
    }
    for (const key of Object.keys(value)) {
        if (!members.has(key))
            failures.push({ property: join(key), reason: `is no property of ${declaration.name.text}` });
    }
    return failures;
}

function checkValue(type: ts.TypeNode, value: unknown, at: string): Failure[] {
    if (isUnknown(value)) return [];
    const mustBe = (kind: string): Failure[] => [
        { property: at, reason: `must be ${kind}, not ${JSON.stringify(value)}` },
    ];
    if (ts.isParenthesizedTypeNode(type)) return checkValue(type.type, value, at);
    if (ts.isUnionTypeNode(type)) {
        const choices = type.types
            .filter((one) => one.kind !== ts.SyntaxKind.UndefinedKeyword)
            .map((one) => checkValue(one, value, at));
        return choices.some((failures) => failures.length === 0) ? [] : (choices[0] ?? []);
    }
    if (ts.isArrayTypeNode(type)) {
        if (!Array.isArray(value)) return mustBe("a list");
        return value.flatMap((item, index) => checkValue(type.elementType, item, `${at}[${index}]`));
    }
    if (ts.isTypeLiteralNode(type)) {
        const signature = type.members.find(ts.isIndexSignatureDeclaration);
        if (value === null || typeof value !== "object" || Array.isArray(value)) return mustBe("an object");
        return Object.entries(value).flatMap(([key, inside]) =>
            signature ? checkValue(signature.type, inside, `${at}["${key}"]`) : [],
        );
    }
    if (type.kind === ts.SyntaxKind.StringKeyword) return typeof value === "string" ? [] : mustBe("a string");
    if (type.kind === ts.SyntaxKind.NumberKeyword) return typeof value === "number" ? [] : mustBe("a number");
    if (type.kind === ts.SyntaxKind.BooleanKeyword)
        return typeof value === "boolean" ? [] : mustBe("true or false");
    if (ts.isTypeReferenceNode(type)) return checkReference(type, value, at);
    return [];
}

function checkReference(type: ts.TypeReferenceNode, value: unknown, at: string): Failure[] {
    const names: string[] = [];
    for (let name: ts.EntityName | undefined = type.typeName; name; ) {
        names.unshift(ts.isIdentifier(name) ? name.text : name.right.text);
        name = ts.isIdentifier(name) ? undefined : name.left;
    }
    const [first, second, third] = names;
    if (first === "pulumi" && second === "Input" && type.typeArguments?.[0])
        return checkValue(type.typeArguments[0], value, at);
    if (first === "inputs" && second && third) {
        const nested = findNested(second, third);
        return nested ? checkObject(nested, value, at) : [];
    }
    // A resource arrives as its id, an enum as its value.
    return typeof value === "string" ? [] : [{ property: at, reason: "must be a string" }];
}
