// Types of the schema, and beside each screen's .graphql file its documents with
// the types of their variables and answers. None of it is committed.
import type { CodegenConfig } from "@graphql-codegen/cli";

const scalars = {
  ID: "string",
  DateTime: "string",
  Date: "string",
  Long: "number",
  JSON: "unknown",
};

const config: CodegenConfig = {
  schema: "../../../schema.graphqls",
  documents: "src/screens/**/*.graphql",
  generates: {
    "src/schema.generated.ts": {
      plugins: ["typescript"],
      config: { scalars, enumsAsTypes: true, onlyOperationTypes: true, skipTypename: true },
    },
    "src/": {
      preset: "near-operation-file",
      presetConfig: { baseTypesPath: "schema.generated.ts", extension: ".generated.ts" },
      plugins: ["typescript-operations", "typed-document-node"],
      config: { scalars, enumsAsTypes: true, skipTypename: true, useTypeImports: true, dedupeFragments: true },
    },
  },
};

export default config;
