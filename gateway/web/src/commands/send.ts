// Sending a command and understanding the answer: done, refused by a rule, overtaken by somebody else.
import type { Client } from "urql";
import type { CommandSpec } from "./spec";

export type Answer =
  | { kind: "done"; repeated: boolean; position: string | null }
  | { kind: "refused"; message: string; messageZh: string; rule: string | null; source: string | null }
  | { kind: "conflict"; message: string; messageZh: string; firstActor: string | null; at: string | null };

const document = (name: string, spec: CommandSpec) => `
  mutation Send($input: ${spec.input}!) {
    ${name}(input: $input) {
      __typename
      ... on CommandRefused { message messageZh rule source }
      ... on CommandConflict { message messageZh firstActor at }
      ... on MatterCommandDone { receipt { repeated position } }
    }
  }`;

/**
 * Sends it. The caller keeps `commandId` until there is an answer: sent again, it is the same intention.
 *
 * @throws a `CombinedError` where there is no answer, or where what was sent is no command.
 */
export async function send(client: Client, name: string, spec: CommandSpec, input: Record<string, unknown>): Promise<Answer> {
  const result = await client.mutation(document(name, spec), { input }).toPromise();
  const answer = result.data?.[name] as
    | ({ __typename: string; receipt?: { repeated: boolean; position: string | null } } & Record<string, never>)
    | undefined;
  if (!answer) throw result.error ?? new Error("no answer");
  switch (answer.__typename) {
    case "CommandRefused":
      return { ...(answer as unknown as Answer), kind: "refused" } as Answer;
    case "CommandConflict":
      return { ...(answer as unknown as Answer), kind: "conflict" } as Answer;
    default:
      return { kind: "done", repeated: answer.receipt?.repeated ?? false, position: answer.receipt?.position ?? null };
  }
}

/** Keeps a personal text in the vault and gives the reference that a command carries instead of it. */
export async function putText(client: Client, textClass: string, text: string): Promise<string> {
  const result = await client
    .mutation("mutation PutText($input: PutTextInput!) { putText(input: $input) { ref } }", {
      input: { commandId: crypto.randomUUID(), class: textClass, text },
    })
    .toPromise();
  if (!result.data) throw result.error ?? new Error("no answer");
  return (result.data as { putText: { ref: string } }).putText.ref;
}

/** The SHA-256 by which a command names a paper, in hexadecimal. The paper itself stays with whoever holds it. */
export async function paperHash(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
