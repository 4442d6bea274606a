// The part of the product's schema that the benchmark asks for.
export const typeDefs = `
  type Query {
    client(clientId: ID!): Client
    clients(pageNumber: Int! = 1, pageSize: Int! = 50): [Client!]
    clientReportWithCount(filter: ClientReportFilter, pageNumber: Int! = 1, pageSize: Int! = 50): ClientReport
    clientConnection(first: Int, after: String): ClientConnection
  }

  enum ClientStatus {
    ACTIVE
    BLACKLISTED
  }

  input ClientReportFilter {
    statusList: [ClientStatus!]
  }

  type ClientReport {
    clients: [Client!]!
    count: Int!
  }

  type ClientConnection {
    edges: [ClientEdge!]!
    pageInfo: PageInfo!
  }

  type ClientEdge {
    cursor: String!
    node: Client!
  }

  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }

  type Client {
    id: ID!
    clientId: ID!
    fullName: String
    firstName: String
    lastName: String
    emailAddress: String
    cellPhone: String
    city: String
    status: ClientStatus!
    active: Boolean!
    tags: [String!]
    createdDate: String
    version: Int!
    viewClients: [Client!]
  }
`;

const encode = (text) => Buffer.from(text).toString("base64url");
const decode = (text) => Buffer.from(text, "base64url").toString();

export const resolvers = {
  Query: {
    client: (_, { clientId }, { store }) => store.client(Number(clientId)),
    clients: (_, { pageNumber, pageSize }, { store }) => store.page({}, (pageNumber - 1) * pageSize, pageSize),
    clientReportWithCount: async (_, { filter, pageNumber, pageSize }, { store }) => {
      const only = filter?.statusList ? { status: { $in: filter.statusList } } : {};
      const [clients, count] = await Promise.all([store.page(only, (pageNumber - 1) * pageSize, pageSize), store.count(only)]);
      return { clients, count };
    },
    clientConnection: async (_, { first = 50, after }, { store }) => {
      const behind = { nameKey: { $gt: after ? decode(after) : "" } };
      const found = await store.page(behind, 0, first + 1);
      const edges = found.slice(0, first).map((node) => ({ cursor: encode(node.nameKey), node }));
      return { edges, pageInfo: { hasNextPage: found.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
    },
  },
  Client: {
    id: (client) => encode(`Client:${client._id}`),
    clientId: (client) => String(client._id),
    fullName: (client) => client.fullName || [client.firstName, client.lastName].filter(Boolean).join(" ") || null,
    active: (client) => client.lifecycle === "live",
    tags: (client) => client.tags ?? [],
    createdDate: (client) => client.createdDate?.toISOString() ?? null,
    viewClients: async (client, _, { subjects }) => {
      const found = await subjects.loadMany(client.viewSubjectIds ?? []);
      return found.filter((subject) => subject !== null);
    },
  },
};
