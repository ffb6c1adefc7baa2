// Typed documents: a query that the schema does not have fails to compile.
import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./schema.d.ts";

export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: {
    Date: string;
    Instant: string;
    JSON: unknown;
    LegalText: string;
    MaterialCode: string;
    MilestoneCode: string;
    PaperHash: string;
    PermitCode: string;
    ProjectCode: string;
    Requirement: string;
    UUID: string;
    VaultRef: string;
    Yuan: number;
  };
}>();

export type { FragmentOf, ResultOf, VariablesOf } from "gql.tada";
export { readFragment } from "gql.tada";
