// @ts-nocheck: the program is as recorded; the repository compiles more strictly.
import { Bucket } from "../shared/aws";
import { Thing } from "../shared/thing";

new Bucket("bucket", { size: 1 }, { import: process.env.IMPORT === "no" ? undefined : "existing-bucket" });
if (process.env.WHAT === "mismatch") new Bucket("other", { size: 2 }, { import: "other-bucket" });
if (process.env.WHAT === "dynamic") new Thing("move", { size: 1 }, { import: "thing-1" });
