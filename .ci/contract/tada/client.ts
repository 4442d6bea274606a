// A front end's query as gql.tada reads it: the compiler knows what each field is.
import { initGraphQLTada, type ResultOf, type VariablesOf } from "gql.tada";
import type { introspection } from "../out/tada";

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; Date: string; Long: number; JSON: unknown };
}>();

const row = graphql(`
  fragment Row on Client @_unmask {
    id
    fullName
    version
    tags
  }
`);

export const list = graphql(
  `
    query List($first: Int) {
      clientConnection(first: $first) {
        nodes {
          ...Row
        }
        pageInfo {
          endCursor
        }
      }
    }
  `,
  [row],
);

export const wrong = graphql(`
  mutation Create($input: CreateClientInput!) {
    createClient(input: $input) {
      ... on ClientPayload {
        client {
          clientId
        }
        userErrors {
          code
        }
      }
    }
  }
`);

type Nodes = NonNullable<ResultOf<typeof list>["clientConnection"]>["nodes"];

// What may be null and what may not is part of the contract.
export const version = (nodes: Nodes): number | undefined => nodes[0]?.version;
export const tags = (nodes: Nodes): string[] | null | undefined => nodes[0]?.tags;
export const input: VariablesOf<typeof wrong> = { input: { firstName: "Ada", lastName: "Bell", emailAddress: "ada@example.com" } };
