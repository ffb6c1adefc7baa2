// One command that has no form of the rules' kind: sent, its answer told, and the same intention again where no answer came.
import { Alert } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CombinedError, OperationResult } from "urql";
import { newId } from "../api/ids";
import { FaultNote } from "../ui/Ask";

interface NotDone {
  __typename: "CommandRefused" | "CommandConflict";
  message: string;
  messageZh: string;
}

/** The answer to a mutation. */
export function answerOf<D>(result: OperationResult<D>): D {
  if (!result.data) throw result.error ?? new Error("no answer");
  return result.data;
}

export function useSending(): {
  busy: boolean;
  /** Why it was not done; nothing before, and where it was. */
  told: ReactNode;
  /**
   * Sends, with the id of the intention. Gives what the command came to, or nothing where it was refused or not answered.
   * `send` throws where there is no answer (`answerOf`).
   */
  run: <T extends { __typename: string }>(
    send: (commandId: string) => Promise<T | NotDone>,
  ) => Promise<Exclude<T, NotDone> | undefined>;
} {
  const { i18n } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [fault, setFault] = useState<{ error: CombinedError; retry: () => void }>();
  const [commandId, setCommandId] = useState(newId);
  const run = async <T extends { __typename: string }>(send: (commandId: string) => Promise<T | NotDone>) => {
    setBusy(true);
    setRefused(undefined);
    setFault(undefined);
    try {
      const answer = await send(commandId);
      setCommandId(newId());
      if (answer.__typename !== "CommandRefused" && answer.__typename !== "CommandConflict") return answer as Exclude<T, NotDone>;
      const { message, messageZh } = answer as NotDone;
      setRefused(i18n.language === "en" ? message : messageZh);
    } catch (error) {
      setFault({ error: error as CombinedError, retry: () => void run(send) });
      // what cannot be taken is written anew, and that is another intention
      if ((error as CombinedError).graphQLErrors?.length) setCommandId(newId());
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  const told = (
    <>
      {refused === undefined ? null : <Alert type="error" showIcon role="alert" title={refused} style={{ marginBottom: 12 }} />}
      {fault ? <FaultNote error={fault.error} retry={fault.retry} /> : null}
    </>
  );
  return { busy, told, run };
}
