// A list that comes in pages: the first, and more when asked for; all of it read again when something has changed.
import type { TypedDocumentNode } from "urql";
import { useCallback, useEffect, useRef, useState } from "react";
import { type AnyVariables, type Client, type CombinedError, useClient } from "urql";

interface Page<N> {
  nodes: readonly N[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface Pages<D, N> {
  /** The first page's whole answer, for what stands beside the list. */
  first: D | undefined;
  nodes: readonly N[] | undefined;
  error: CombinedError | undefined;
  busy: boolean;
  more: (() => void) | undefined;
  /** Reads as many pages again as are shown. */
  again: () => void;
}

/**
 * Pages of a query that takes `after`. `pick` names the list in its answer and stays the same function; `null` variables
 * ask nothing.
 */
export function usePages<D, V extends AnyVariables, N>(
  query: TypedDocumentNode<D, V & { after?: string | null }>,
  variables: V | null,
  pick: (data: D) => Page<N>,
): Pages<D, N> {
  const client = useClient();
  const key = JSON.stringify(variables);
  const [state, setState] = useState<{ key: string; first: D; nodes: readonly N[]; after: string | null } | undefined>();
  const [error, setError] = useState<CombinedError>();
  const [busy, setBusy] = useState(false);
  const wanted = useRef(1);
  const turn = useRef(0);
  const reading = useRef(false);
  const missed = useRef(false);
  /** Whether it was read to its end, or to where it failed. */
  const readOnce = useCallback(async (): Promise<boolean> => {
    const given = JSON.parse(key) as V | null;
    if (!given) return false;
    const mine = ++turn.current;
    setBusy(true);
    let after: string | null = null;
    let first: D | undefined;
    const nodes: N[] = [];
    for (let page = 0; page < wanted.current; page++) {
      const answer = await client
        .query(query, { ...given, after } as V & { after?: string | null }, { requestPolicy: "network-only" })
        .toPromise();
      // a later question has come between
      if (mine !== turn.current) return false;
      if (!answer.data) {
        setError(answer.error);
        setBusy(false);
        return true;
      }
      first ??= answer.data;
      const list = pick(answer.data);
      nodes.push(...list.nodes);
      after = list.pageInfo.hasNextPage ? list.pageInfo.endCursor : null;
      if (!after) break;
    }
    setError(undefined);
    setBusy(false);
    if (first) setState({ key, first, nodes, after });
    return true;
  }, [client, query, key, pick]);
  const read = useCallback(async () => {
    reading.current = true;
    do {
      missed.current = false;
      if (!(await readOnce())) return;
    } while (missed.current);
    reading.current = false;
  }, [readOnce]);
  useEffect(() => {
    wanted.current = 1;
    void read();
    return () => {
      turn.current++;
      reading.current = false;
      missed.current = false;
    };
  }, [read]);
  // the client gives a question that is still under way one answer, which may be older than what calls for the second
  const again = () => {
    if (reading.current) missed.current = true;
    else void read();
  };
  const now = state?.key === key ? state : undefined;
  return {
    first: now?.first,
    nodes: now?.nodes,
    error,
    busy,
    more: now?.after
      ? () => {
          wanted.current++;
          again();
        }
      : undefined,
    again,
  };
}

/** What a subscription says of a list: where the log stood, by which day it counts, and whether it may not show all of that yet. */
interface Change {
  position: string | null;
  day?: string;
  pending: boolean;
}

/**
 * Runs `again` whenever a subscription's position or day is another, and at whatever it says after it said `pending`; while
 * `busy`, once it is not: who asks anew before the answer has come gets none as long as there is news.
 */
export function useAgainAt(change: Change | null | undefined, again: () => void, busy = false): void {
  const seen = useRef<Change>(undefined);
  const due = useRef(false);
  const run = useRef(again);
  run.current = again;
  useEffect(() => {
    const last = seen.current;
    if (change?.position && change !== last) {
      // also at the first: something may have happened between the reading and the listening
      seen.current = change;
      due.current ||= change.position !== last?.position || change.day !== last?.day || last.pending;
    }
    if (!due.current || busy) return;
    due.current = false;
    run.current();
  }, [change, busy]);
}

/** Somebody stopped the reading. */
export class Stopped extends Error {}

export type ReadAll = <D, V extends AnyVariables, N>(
  query: TypedDocumentNode<D, V & { after?: string | null }>,
  variables: V,
  pick: (data: D) => Page<N>,
) => Promise<{ first: D; nodes: N[] }>;

/**
 * Every page of a list to its end, from the server. `progress` is told how many each page brought. Throws what the server
 * said where a page fails, and `Stopped` once `signal` says so: a part of a list is never given for the whole.
 */
export async function readAll<D, V extends AnyVariables, N>(
  client: Pick<Client, "query">,
  query: TypedDocumentNode<D, V & { after?: string | null }>,
  variables: V,
  pick: (data: D) => Page<N>,
  signal: AbortSignal,
  progress: (count: number) => void,
): Promise<{ first: D; nodes: N[] }> {
  let after: string | null = null;
  let first: D | undefined;
  const nodes: N[] = [];
  for (;;) {
    if (signal.aborted) throw new Stopped();
    const given = { ...variables, after } as V & { after?: string | null };
    const answer = await client.query(query, given, { requestPolicy: "network-only" }).toPromise();
    if (signal.aborted) throw new Stopped();
    if (answer.error || !answer.data) throw answer.error ?? new Error("no answer");
    first ??= answer.data;
    const list = pick(answer.data);
    nodes.push(...list.nodes);
    progress(list.nodes.length);
    const next: string | null = list.pageInfo.hasNextPage ? list.pageInfo.endCursor : null;
    if (!next) return { first, nodes };
    if (next === after) throw new Error("the list does not go on");
    after = next;
  }
}
