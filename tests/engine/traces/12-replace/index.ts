// @ts-nocheck: the program is as recorded; the repository compiles more strictly.
import { size, Thing } from "../shared/thing";

const thing = new Thing("move", { size }, { deleteBeforeReplace: process.env.BEFORE === "option" ? true : undefined });

export const phase = thing.phase;
