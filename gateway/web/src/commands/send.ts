// Sending a command and understanding the answer: done, refused by a rule, overtaken by somebody else.
import type { Client } from "urql";
import { newId } from "../api/ids";
import type { CommandSpec } from "./spec";

export type Answer =
  | { kind: "done"; repeated: boolean; position: string | null; meeting?: string; matter?: string }
  | { kind: "refused"; message: string; messageZh: string; rule: string | null; source: string | null }
  | { kind: "conflict"; message: string; messageZh: string; firstActor: string | null; at: string | null };

/** How each kind of command says that it was done. */
const DONE: Record<string, string> = {
  MatterCommandPayload: "... on MatterCommandDone { receipt { repeated position matter } }",
  MeetingCommandPayload: "... on MeetingCommandDone { repeated position meeting { id } }",
  RegisterCommandPayload: "... on RegisterCommandDone { repeated }",
};

export const documentOf = (name: string, spec: CommandSpec): string => `
  mutation Send($input: ${spec.input}!) {
    ${name}(input: $input) {
      __typename
      ... on CommandRefused { message messageZh rule source }
      ... on CommandConflict { message messageZh firstActor at }
      ${DONE[spec.payload] ?? ""}
    }
  }`;

interface Told {
  __typename: string;
  receipt?: { repeated: boolean; position: string | null; matter?: string };
  repeated?: boolean;
  position?: string | null;
  meeting?: { id: string };
}

/**
 * Sends it. The caller keeps `commandId` until there is an answer: sent again, it is the same intention.
 *
 * @throws a `CombinedError` where there is no answer, or where what was sent is no command.
 */
export async function send(client: Client, name: string, spec: CommandSpec, input: Record<string, unknown>): Promise<Answer> {
  const result = await client.mutation(documentOf(name, spec), { input }).toPromise();
  const answer = result.data?.[name] as Told | undefined;
  if (!answer) throw result.error ?? new Error("no answer");
  switch (answer.__typename) {
    case "CommandRefused":
      return { ...(answer as unknown as Answer), kind: "refused" } as Answer;
    case "CommandConflict":
      return { ...(answer as unknown as Answer), kind: "conflict" } as Answer;
    default: {
      const { repeated = false, position = null } = answer.receipt ?? answer;
      return { kind: "done", repeated, position, meeting: answer.meeting?.id, matter: answer.receipt?.matter };
    }
  }
}

/** Keeps a personal text in the vault, about `subject` if said, and gives the reference that a command carries instead of it. */
export async function putText(client: Client, textClass: string, text: string, subject?: string): Promise<string> {
  const result = await client
    .mutation("mutation PutText($input: PutTextInput!) { putText(input: $input) { ref } }", {
      input: { commandId: newId(), class: textClass, text, subject },
    })
    .toPromise();
  if (!result.data) throw result.error ?? new Error("no answer");
  return (result.data as { putText: { ref: string } }).putText.ref;
}
