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
  /** What the command is given to, which the page knows and does not ask. */
  of?: "matter" | "meeting";
  fields: FieldSpec[];
}

const commands: Record<string, CommandSpec> = generated as unknown as Record<string, CommandSpec>;

export const commandSpec = (name: string): CommandSpec | undefined => commands[name];
export const commandNames: readonly string[] = Object.keys(commands);
