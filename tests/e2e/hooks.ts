// Imported by every end-to-end test: the shared sandbox is stopped once, after the last test of the process.
import { closeStage } from "./stage";

after(closeStage);
