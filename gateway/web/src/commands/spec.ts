// What the API can be told to do, as read from its schema when the page was built.
import generated from "./generated.json";

export interface FieldSpec {
  name: string;
  help: string;
  type: string;
  required: boolean;
  list: boolean;
  values?: string[];
  oneOf?: boolean;
  fields?: FieldSpec[];
}

export interface CommandSpec {
  help: string;
  input: string;
  payload: string;
  revisioned: boolean;
  ofMatter: boolean;
  fields: FieldSpec[];
}

const commands: Record<string, CommandSpec> = generated as unknown as Record<string, CommandSpec>;

export const commandSpec = (name: string): CommandSpec | undefined => commands[name];
