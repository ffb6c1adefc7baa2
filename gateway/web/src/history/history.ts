// The whole history of a matter, page after page. It only grows, so what was read is kept and the rest asked for.
import { useEffect, useRef, useState } from "react";
import { type CombinedError, useClient } from "urql";
import { graphql, type ResultOf, type VariablesOf } from "../api/graphql";

export const HistoryQuery = graphql(`
  query History($id: ID!, $after: String, $at: AtInput, $permit: PermitCode) {
    matter(id: $id, at: $at) {
      id
      project {
        name
      }
      history(first: 200, after: $after, permit: $permit) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          revision
          position
          name
          version
          permit
          actor
          standsInFor
          enteredBy
          body
          roles
          effectiveAt
          effectiveOn
          recorded
          backfilled
          recordedLateWorkingDays
          commandId
          data
          sentence
          sentenceZh
          noticeUrl
        }
      }
    }
  }
`);

export type Entry = ResultOf<typeof HistoryQuery>["matter"]["history"]["nodes"][number];
type At = VariablesOf<typeof HistoryQuery>["at"];

export interface History {
  name: string;
  entries: readonly Entry[];
}

/**
 * Every entry of a matter, or of one permit of it, as known at `at`; read on whenever `revision` is another. None while it is not wanted.
 */
export function useHistory(
  id: string | undefined,
  at?: At,
  revision?: number | null,
  permit?: string,
): { data?: History; error?: CombinedError; again: () => void } {
  const client = useClient();
  const [state, setState] = useState<{ of?: string; data?: History; error?: CombinedError }>({});
  const [turn, setTurn] = useState(0);
  const read = useRef<{ of?: string; entries: Entry[]; name: string; after?: string; asked?: Promise<void> }>({
    entries: [],
    name: "",
  });
  const of = id && `${id} ${permit ?? ""} ${JSON.stringify(at ?? null)}`;
  useEffect(() => {
    if (!id || !of) return;
    let gone = false;
    if (read.current.of !== of) read.current = { of, entries: [], name: "" };
    const so = read.current;
    const readOn = async () => {
      for (;;) {
        const { data, error } = await client
          .query(HistoryQuery, { id, after: so.after, at, permit }, { requestPolicy: "network-only" })
          .toPromise();
        if (gone) return;
        if (!data?.matter?.history) {
          setState((now) => ({ ...now, error }));
          return;
        }
        so.name = data.matter.project?.name ?? id;
        const known = so.entries.at(-1)?.revision ?? -1;
        so.entries.push(...data.matter.history.nodes.filter((entry) => entry.revision > known));
        const { hasNextPage, endCursor } = data.matter.history.pageInfo;
        so.after = endCursor ?? so.after;
        if (!hasNextPage) break;
      }
      setState({ of, data: { name: so.name, entries: [...so.entries] } });
    };
    // The client gives a question that is on its way already the answer to that one, which knows nothing of what came since.
    const before = so.asked;
    so.asked = (async () => {
      await before;
      if (!gone) await readOn();
    })();
    return () => {
      gone = true;
    };
  }, [client, of, turn, revision]);
  const mine = state.of === of ? state : { error: state.error };
  return { data: mine.data, error: mine.error, again: () => setTurn((n) => n + 1) };
}
