// The schema against its rules, and against the last released one: what would break a client is named. Run by
// `make check`.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { ESLint } from "eslint";
import { buildSchema } from "graphql";
import rules from "./rules.mjs";

const file = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const text = readFileSync(file("schema.graphql"), "utf8");
const released = file("schema.released.graphql");
let failed = 0;

const eslint = new ESLint({ cwd: file("."), overrideConfigFile: true, overrideConfig: rules });
for (const { messages } of await eslint.lintText(text, { filePath: file("schema.graphql") })) {
  for (const { line, ruleId, message } of messages) {
    console.error(`schema.graphql:${line}: ${message} (${ruleId})`);
    failed += 1;
  }
}

/** What of the changes between two schemas breaks clients of the first. */
async function breaking(before, after) {
  const changes = await diff(buildSchema(before), buildSchema(after));
  return changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
}

if ((await breaking("type Query { a: Int b: Int }", "type Query { a: Int }")).length !== 1) {
  console.error("a field that was taken away is not found to be missed: this check finds nothing");
  failed += 1;
}
if (existsSync(released)) {
  for (const { message, path } of await breaking(readFileSync(released, "utf8"), text)) {
    console.error(`schema.graphql: ${message} (${path}); it breaks clients of the last release`);
    failed += 1;
  }
} else {
  console.log("no schema was released yet: the first release copies schema.graphql to schema.released.graphql");
}
process.exit(failed ? 1 : 0);
