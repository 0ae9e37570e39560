// The discovery alone: arguments in, what is installed and what a move would do out. Reads only; nothing is locked, written or left behind.

import type { DiscoverHelmInstallationArgs } from "./args";
import type { HelmInstallation } from "./helmInstallation";

/**
 * Looks at the Helm installation of the operator on a cluster: what is installed and where, which revision and values, roles, models
 * and dependencies, which add-on version a move would choose, its plan, and everything that stands in its way. Only reads.
 */
export async function discoverHelmInstallation(
    args: DiscoverHelmInstallationArgs,
): Promise<HelmInstallation> {
    // Loaded on the first call: a program that never asks does not pay for the machinery.
    const { discoverWith, SILENT } = require("./discoverWith") as typeof import("./discoverWith");
    const { connect } = require("../connection/connect") as typeof import("../connection/connect");
    const { systemClock } = require("../process/systemClock") as typeof import("../process/systemClock");
    return discoverWith({ connect, clock: systemClock, log: SILENT }, args);
}
