// A peer of W7: the same answer from graphql-yoga on Node's own HTTP server, until the process is ended.
// The first argument is the permits as JSON, from who starts it, so that they are those of the others (`bare.rs`).
// Yoga is at its defaults, which keep parsed and validated questions but no answers; it only does not log.
import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";

const permits = JSON.parse(process.argv[2]);

const schema = createSchema({
  typeDefs: `
    type Query { matter(id: ID!): Matter }
    type Matter { permits: [Permit!]! }
    type Permit {
      id: ID!
      code: String!
      name: String!
      stage: String!
      nature: String!
      lead: ID!
      status: String!
      custodian: ID
    }
  `,
  resolvers: { Query: { matter: (_, { id }) => (id === "" ? null : { permits }) } },
});

const server = createServer(createYoga({ schema, logging: false }));
server.listen(0, "127.0.0.1", () => {
  const { address, port } = server.address();
  console.error(`GraphQL    http://${address}:${port}/graphql`);
});
