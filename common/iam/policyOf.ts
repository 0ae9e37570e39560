// Statements come in, a policy document goes out. Pure.
import { POLICY_VERSION } from "./document";

export const policyOf = <S extends object>(...statements: readonly S[]) => ({
    Version: POLICY_VERSION,
    Statement: statements,
});
