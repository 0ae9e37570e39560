// In: nothing. Out: the fixed names of every sandbox. Contains no logic.

export const clusterName = "demo";
export const region = "us-west-2";
export const accountId = "123456789012";
export const oidcIssuer = `https://oidc.eks.${region}.amazonaws.com/id/5A6D8C1F0E2B4A3799D1C0FFEE5A11B0`;
