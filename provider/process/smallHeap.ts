// Nothing comes in; from here on this process prefers little memory to speed. Import it before anything that allocates.
import { setFlagsFromString } from "node:v8";

/**
 * A move waits for others nearly all the time, and its process serves one update: V8 would let the young generation grow to three times 16 MB for
 * the garbage of the first second, and keep it. V8 asks both flags again whenever it might grow, so they may be set late.
 */
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--optimize-for-size");
