// What went wrong, in a form that a person can act on and that support can find again.
import type { CombinedError } from "urql";

export interface Fault {
  code: string;
  message: string;
  /** The message in Chinese, where the server has one. */
  messageZh?: string;
  traceId?: string;
  retryable: boolean;
}

export function faultOf(error: CombinedError): Fault {
  const first = error.graphQLErrors[0];
  if (!first) return { code: "UNREACHABLE", message: error.networkError?.message ?? error.message, retryable: true };
  const extensions = first.extensions as { code?: string; messageZh?: string; traceId?: string; retryable?: boolean };
  return {
    code: extensions.code ?? "UNKNOWN",
    message: first.message,
    messageZh: extensions.messageZh,
    traceId: extensions.traceId,
    retryable: extensions.retryable === true,
  };
}
