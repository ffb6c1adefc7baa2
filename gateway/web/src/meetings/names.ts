// Names of the county's matters, for what names them by their ids: however many there are, read page after page, once for
// all screens, and again when somebody names one that was not there.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Client, useClient } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { type ReadAll, readAll } from "../ui/pages";

const NamesQuery = graphql(`
  query MatterNames($after: String) {
    overview {
      matters(first: 200, order: NAME, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          name
        }
      }
    }
  }
`);

const pick = (data: ResultOf<typeof NamesQuery>) => data.overview.matters;

export interface Names {
  matters: readonly { id: string; name: string }[];
}

const known = new WeakMap<object, Names>();
const reading = new WeakMap<object, Promise<Names>>();

/** Reads every name, and with those who ask meanwhile only once. */
export function readNames(client: Pick<Client, "query">): Promise<Names> {
  const under = reading.get(client);
  if (under) return under;
  const read = readAll(client, NamesQuery, {}, pick, new AbortController().signal, () => {})
    .then(({ nodes }) => {
      const names = { matters: nodes };
      known.set(client, names);
      return names;
    })
    .finally(() => reading.delete(client));
  reading.set(client, read);
  return read;
}

const bareOf = (id: string) => id.replace(/^matter:/, "");

/** The county's matters, a matter's name, and the day that the server counts. */
export function useMatters() {
  const { me } = useDirectory();
  const today = me?.today ?? "";
  const client = useClient();
  const [names, setNames] = useState(() => known.get(client));
  const read = useCallback(() => {
    // one that fails leaves what was known; the screen's own query says why
    readNames(client).then(setNames, () => {});
  }, [client]);
  useEffect(read, [read]);
  const unknown = useRef(new Set<string>());
  const asked = useRef(new Set<string>());
  useEffect(() => {
    const fresh = [...unknown.current].filter((id) => !asked.current.has(id));
    unknown.current.clear();
    if (!names || !fresh.length) return;
    for (const id of fresh) asked.current.add(id);
    read();
  });
  return useMemo(() => {
    const matters = [...(names?.matters ?? [])];
    const byId = new Map(matters.map(({ id, name }) => [id, name]));
    const matterName = (id: string) => {
      const name = byId.get(id);
      if (!name) unknown.current.add(id);
      return name ?? bareOf(id);
    };
    return { matters, today, matterName };
  }, [names, today]);
}

/** Every matter's name, for a file that is whole or not at all. */
export async function readMatterNames({ all }: { all: ReadAll }): Promise<(id: string) => string> {
  const { nodes } = await all(NamesQuery, {}, pick);
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? bareOf(id);
}
