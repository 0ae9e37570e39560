// Writes plugin/schema.json from the types of the components.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { currentSchema } from "./generate";

const file = path.resolve(__dirname, "../../plugin/schema.json");
writeFileSync(file, `${JSON.stringify(currentSchema(), undefined, 4)}\n`);
console.log(`wrote ${path.relative(process.cwd(), file)}`);
