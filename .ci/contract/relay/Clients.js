// What a front end with Relay asks. The compiler reads the operations here; the
// script caches.mjs runs what it makes of them.
import { graphql } from "relay-runtime";

export const row = graphql`
  fragment Clients_row on Client {
    id
    clientId
    fullName
    version
    deleted
    viewClients(first: 10) { id fullName }
    mergedClients { id clientId mergedDate survivor { id } }
  }
`;

export const part = graphql`
  fragment Clients_part on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "ClientsPartQuery") {
    clientConnection(first: $count, after: $cursor) @connection(key: "Clients_clientConnection") {
      edges { node { id ...Clients_row } }
    }
  }
`;

export const list = graphql`
  query ClientsListQuery {
    ...Clients_part
  }
`;

export const one = graphql`
  query ClientsOneQuery($id: ID!) {
    node(id: $id) { __typename id ...Clients_row @alias(as: "row") }
  }
`;

export const changes = graphql`
  query ClientsChangesQuery($since: String) {
    clientChanges(since: $since) {
      cursor
      changes { kind clientId clientGlobalId mergedIntoClientGlobalId client { ...Clients_row } }
    }
  }
`;

export const create = graphql`
  mutation ClientsCreateMutation($input: CreateClientInput!, $connections: [ID!]!) {
    createClient(input: $input) {
      client @prependNode(connections: $connections, edgeTypeName: "ClientEdge") { ...Clients_row }
      userErrors { code message field }
    }
  }
`;

export const merge = graphql`
  mutation ClientsMergeMutation($id: ID!, $ids: [ID!]!, $connections: [ID!]!) {
    mergeClients(clientId: $id, clientIds: $ids) {
      client { ...Clients_row }
      mergeId
      report {
        edges: clientGlobalIds @deleteEdge(connections: $connections)
        clientGlobalIds @deleteRecord
        moves { field fromClientGlobalId count values }
        conflicts { field winnerClientGlobalId values { clientGlobalId value } }
      }
      userErrors { code message field mergedIntoClientGlobalId }
    }
  }
`;

export const unmerge = graphql`
  mutation ClientsUnmergeMutation($id: ID!, $connections: [ID!]!) {
    unmergeClients(mergeId: $id) {
      client { ...Clients_row }
      clients @appendNode(connections: $connections, edgeTypeName: "ClientEdge") { ...Clients_row }
      userErrors { code message field }
    }
  }
`;

export const remove = graphql`
  mutation ClientsDeleteMutation($id: ID!, $connections: [ID!]!) {
    deleteClient(clientId: $id) {
      client { id @deleteEdge(connections: $connections) ...Clients_row }
      userErrors { code message field }
    }
  }
`;

export const erase = graphql`
  mutation ClientsEraseMutation($id: ID!, $version: Int!, $connections: [ID!]!) {
    eraseClient(clientId: $id, confirmClientId: $id, expectedVersion: $version) {
      edges: erasedClientGlobalIds @deleteEdge(connections: $connections)
      erasedClientGlobalIds @deleteRecord
      userErrors { code message field }
    }
  }
`;
