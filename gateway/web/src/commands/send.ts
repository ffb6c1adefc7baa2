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

/** Uploads a paper; its hash is what a command carries. */
export async function putPaper(authorization: string, file: File): Promise<string> {
  const answer = await fetch("/papers", {
    method: "POST",
    headers: { authorization, "content-type": file.type || "application/octet-stream" },
    body: file,
  });
  const body = (await answer.json().catch(() => ({}))) as { hash?: string; errors?: { message: string }[] };
  if (!answer.ok || !body.hash) throw new Error(body.errors?.[0]?.message ?? `${answer.status}`);
  return body.hash;
}
