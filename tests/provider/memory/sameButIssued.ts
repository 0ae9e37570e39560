// Differences between two golden states that are no differences: what every move makes anew.
import type { Difference } from "../../../sandbox/compare/capturedState";

/** Certificates are signed anew in every move, and every move has a name of its own, which its copies of roles carry. */
export function isIssued({ path, key }: Difference): boolean {
    if (key.startsWith("iam:Role ")) return path === 'tags["pulumi-hyperpod-inference/migration"]';
    return /^data\["(ca|tls)\.(crt|key)"\]$/.test(path)
        ? key.startsWith("Secret ")
        : path.endsWith("caBundle");
}

/** An undo writes Secrets back, and stays in their managers when the move is made again. */
export function isIssuedOrRestored(difference: Difference): boolean {
    return (
        isIssued(difference) ||
        (difference.key.startsWith("Secret ") && difference.path.startsWith("metadata.managedFields["))
    );
}
