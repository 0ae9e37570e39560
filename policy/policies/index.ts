// All policies in the order of the README, for the pack and for packs of other people. Importing it serves nothing.
import type { Policies } from "@pulumi/policy";
import { commitNeedsApproval } from "./commitNeedsApproval";
import { modelBucketsAreNamed } from "./modelBucketsAreNamed";
import { moveIsProtected } from "./moveIsProtected";
import { noOverwriteOnUpdate } from "./noOverwriteOnUpdate";
import { oneMovePerCluster } from "./oneMovePerCluster";
import { preservedInProduction } from "./preservedInProduction";
import { settingsAreNotDropped } from "./settingsAreNotDropped";
import { tlsBucketIsPrivate } from "./tlsBucketIsPrivate";
import { versionIsPinned } from "./versionIsPinned";

export const policies: Policies = [
    commitNeedsApproval,
    moveIsProtected,
    versionIsPinned,
    noOverwriteOnUpdate,
    settingsAreNotDropped,
    preservedInProduction,
    tlsBucketIsPrivate,
    modelBucketsAreNamed,
    oneMovePerCluster,
];
