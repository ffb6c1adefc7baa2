// Writes src/commands/generated.json: each command of the API with the shape of its input, read from the schema, so
// that the console has a form for every command there is and for none that there is not.
import { readFileSync, writeFileSync } from "node:fs";
import { buildSchema, isEnumType, isInputObjectType, isListType, isNonNullType } from "graphql";

const at = (path) => new URL(path, import.meta.url);
const schema = buildSchema(readFileSync(at("../../schema.graphql"), "utf8"));
// what the page fills in by itself
const OWN = new Set(["commandId", "expectedRevision"]);

const shape = (type) => {
  const required = isNonNullType(type);
  const bare = required ? type.ofType : type;
  const list = isListType(bare);
  const item = list ? (isNonNullType(bare.ofType) ? bare.ofType.ofType : bare.ofType) : bare;
  const out = { type: item.name, required, list };
  if (isEnumType(item)) out.values = item.getValues().map((value) => value.name);
  if (isInputObjectType(item)) {
    out.oneOf = item.isOneOf || undefined;
    out.fields = fields(item);
  }
  return out;
};

const fields = (input) =>
  Object.values(input.getFields())
    .filter((field) => !OWN.has(field.name))
    .map((field) => ({
      name: field.name,
      help: field.description ?? "",
      ...shape(field.type),
      ...(field.defaultValue === undefined ? {} : { required: false }),
    }));

const commands = {};
for (const mutation of Object.values(schema.getMutationType().getFields())) {
  const input = mutation.args.find((arg) => arg.name === "input");
  if (!input) continue;
  const type = isNonNullType(input.type) ? input.type.ofType : input.type;
  // a meeting's command says which meeting; a matter that it names besides is a choice like others
  const of = ["meeting", "matter"].find((name) => name in type.getFields());
  commands[mutation.name] = {
    help: mutation.description ?? "",
    input: type.name,
    payload: (isNonNullType(mutation.type) ? mutation.type.ofType : mutation.type).name,
    revisioned: "expectedRevision" in type.getFields(),
    of,
    fields: fields(type).filter((field) => field.name !== of),
  };
}
writeFileSync(at("../src/commands/generated.json"), `${JSON.stringify(commands, null, 1)}\n`);
