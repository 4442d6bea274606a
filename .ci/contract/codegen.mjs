// graphql-codegen's configuration. It reads the schema from the running server
// by both of its addresses: by introspection, and as a file.
const { BASE, TOKEN, READ } = process.env;
const schemas = {
  introspection: [{ [`${BASE}/graphql`]: { headers: { Authorization: `Bearer ${TOKEN}` } } }],
  file: [{ [`${BASE}/schema.graphql`]: { method: "GET", handleAsSDL: true } }],
};

export default {
  schema: schemas[READ],
  documents: ["operations/*.graphql"],
  silent: true,
  generates: {
    [`out/codegen/${READ}/`]: {
      preset: "client",
      config: {
        strictScalars: true,
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: { DateTime: "string", Date: "string", Long: "number", JSON: "unknown" },
      },
    },
  },
};
