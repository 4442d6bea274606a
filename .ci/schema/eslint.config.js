// What schema.graphqls keeps to. `make schema` runs it from the project's root.
import graphql from "@graphql-eslint/eslint-plugin";

const rules = {
  "naming-convention": [
    "error",
    {
      types: "PascalCase",
      FieldDefinition: "camelCase",
      InputValueDefinition: "camelCase",
      Argument: "camelCase",
      DirectiveDefinition: "camelCase",
      EnumValueDefinition: "UPPER_CASE",
      "FieldDefinition[parent.name.value=Query]": { forbiddenPrefixes: ["query", "get"], forbiddenSuffixes: ["Query"] },
      "FieldDefinition[parent.name.value=Mutation]": { forbiddenPrefixes: ["mutation"], forbiddenSuffixes: ["Mutation"] },
      "FieldDefinition[parent.name.value=Subscription]": { forbiddenPrefixes: ["subscription"], forbiddenSuffixes: ["Subscription"] },
    },
  ],
  "no-hashtag-description": "error",
  "no-scalar-result-type-on-mutation": "error",
  "no-unreachable-types": "error",
  "relay-arguments": ["error", { includeBoth: false }],
  "relay-connection-types": "error",
  // Not every node has a global id: a group of duplicates is only what was found.
  "relay-edge-types": ["error", { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
  "relay-page-info": "error",
  "require-deprecation-reason": "error",
  "require-description": [
    "error",
    {
      types: true,
      rootField: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
      DirectiveDefinition: true,
    },
  ],
  "unique-enum-value-names": "error",
};

export default [
  {
    files: ["**/*.graphqls"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema.graphqls" } },
    },
    plugins: { graphql },
    rules: Object.fromEntries(Object.entries(rules).map(([name, rule]) => [`graphql/${name}`, rule])),
  },
];
