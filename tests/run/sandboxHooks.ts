// Ends the shared sandbox after the last test of the process.
import { closeSandbox } from "./sharedSandbox";

after(closeSandbox);
