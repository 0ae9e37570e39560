// In: nothing. Out: the fixed names of every sandbox. Contains no logic.
import { resolve } from "node:path";

export const clusterName = "demo";
export const region = "us-west-2";
export const accountId = "123456789012";
export const oidcIssuer = `https://oidc.eks.${region}.amazonaws.com/id/5A6D8C1F0E2B4A3799D1C0FFEE5A11B0`;
/** Keys and certificates of all sandboxes of the project. */
export const pkiDirectory = resolve(__dirname, "../.cache/sandbox-pki");
