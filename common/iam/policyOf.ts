// Statements come in, a policy document goes out. Pure.
export const policyOf = (...statements: object[]) => ({ Version: "2012-10-17", Statement: statements });
