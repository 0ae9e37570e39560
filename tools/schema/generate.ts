// The TypeScript types of the components come in, the schema of the plugin for all languages goes out. Reads sources; writes only where the analyzer needs a project.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type AnalyzeResult, Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import { PACKAGE } from "../../provider/pulumi/packageHome";
import { type Manifest, polished, type Schema } from "./polish";

const root = path.resolve(__dirname, "../..");
const OFFERED = "plugin/offeredComponents";

export function currentSchema(): Schema {
    const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Manifest;
    const { components, typeDefinitions } = analyzed(manifest);
    const raw = generateSchema(
        PACKAGE,
        manifest.version,
        manifest.description,
        components,
        typeDefinitions,
        [],
    );
    return polished(raw as unknown as Schema, manifest);
}

/** Only the components' own files: the whole project would take the analyzer a minute. */
function analyzed(manifest: Manifest): AnalyzeResult {
    const folder = path.join(root, ".cache", "plugin-schema");
    mkdirSync(folder, { recursive: true });
    const config = { extends: "../../tsconfig.json", include: [], files: ["index.ts"] };
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config));
    writeFileSync(path.join(folder, "index.ts"), `export * from ${JSON.stringify(`../../${OFFERED}`)};\n`);
    const own = { name: PACKAGE, version: manifest.version };
    return new Analyzer(folder, PACKAGE, own, offeredNames()).analyze();
}

/** Read, not imported: that would load AWS's whole package for two names. */
function offeredNames(): Set<string> {
    const text = readFileSync(path.join(root, `${OFFERED}.ts`), "utf8");
    const names = [...text.matchAll(/^export \{(.*)\} from/gm)].flatMap(([, list = ""]) => list.split(","));
    return new Set(names.map((name) => name.trim()));
}
