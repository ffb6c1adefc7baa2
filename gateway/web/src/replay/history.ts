// The whole history of a matter, page after page.
import { useEffect, useState } from "react";
import { type CombinedError, useClient } from "urql";
import { graphql, type ResultOf } from "../api/graphql";

const HistoryQuery = graphql(`
  query History($id: ID!, $after: String) {
    matter(id: $id) {
      id
      revision
      project {
        name
      }
      history(first: 200, after: $after) {
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
          body
          effectiveOn
          recorded
          backfilled
          recordedLateWorkingDays
          commandId
          data
          sentence
          sentenceZh
        }
      }
    }
  }
`);

export type Entry = ResultOf<typeof HistoryQuery>["matter"]["history"]["nodes"][number];

export interface History {
  name: string;
  entries: Entry[];
}

export function useHistory(id: string): { data?: History; error?: CombinedError; again: () => void } {
  const client = useClient();
  const [state, setState] = useState<{ data?: History; error?: CombinedError }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let gone = false;
    const read = async () => {
      const entries: Entry[] = [];
      let after: string | undefined;
      let name = "";
      do {
        const { data, error } = await client
          .query(HistoryQuery, { id, after }, { requestPolicy: turn ? "network-only" : "cache-first" })
          .toPromise();
        if (gone) return;
        if (!data?.matter?.history) {
          setState((now) => ({ ...now, error }));
          return;
        }
        name = data.matter.project?.name ?? id;
        entries.push(...data.matter.history.nodes);
        const { hasNextPage, endCursor } = data.matter.history.pageInfo;
        after = hasNextPage ? (endCursor ?? undefined) : undefined;
      } while (after);
      setState({ data: { name, entries } });
    };
    void read();
    return () => {
      gone = true;
    };
  }, [client, id, turn]);
  return { ...state, again: () => setTurn((n) => n + 1) };
}
