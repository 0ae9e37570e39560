// Writes docs/permissions.md, docs/permissions/aws-policy.json, aws-policy-preview.json and rbac.yaml from the tables of calls and rights.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { permissionDocuments } from "./documents";

const root = resolve(__dirname, "../..");
for (const [file, content] of Object.entries(permissionDocuments())) {
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    console.log(`wrote ${file}`);
}
