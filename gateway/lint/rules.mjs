// The schema as relay clients and people expect it. Left out: relay's rule that only edges are listed (short lists that
// never have pages are plain lists), descriptions of arguments (gateway/tests/api/schema.rs wants them; here the
// library's own directives would be in the way), and names that begin like their type's (a stand-in's stand-in).
import { readFileSync } from "node:fs";
import graphql from "@graphql-eslint/eslint-plugin";

const schema = readFileSync(new URL("../schema.graphql", import.meta.url), "utf8");

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      "@graphql-eslint/relay-connection-types": "error",
      "@graphql-eslint/relay-edge-types": ["error", { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
      "@graphql-eslint/relay-page-info": "error",
      "@graphql-eslint/known-type-names": "error",
      "@graphql-eslint/known-directives": "error",
      "@graphql-eslint/no-unreachable-types": "error",
      "@graphql-eslint/require-description": ["error", { types: true, FieldDefinition: true, EnumValueDefinition: true }],
      "@graphql-eslint/require-deprecation-reason": "error",
      "@graphql-eslint/unique-enum-value-names": "error",
      "@graphql-eslint/unique-field-definition-names": "error",
      "@graphql-eslint/input-name": ["error", { checkInputType: false, caseSensitiveInputType: false }],
      "@graphql-eslint/naming-convention": [
        "error",
        {
          types: "PascalCase",
          FieldDefinition: "camelCase",
          InputValueDefinition: "camelCase",
          Argument: "camelCase",
          DirectiveDefinition: "camelCase",
          EnumValueDefinition: "UPPER_CASE",
        },
      ],
    },
  },
];
