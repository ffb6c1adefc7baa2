// Names of the county's matters, for what names them by their ids.
import { useMemo } from "react";
import { useQuery } from "urql";
import { graphql } from "../api/graphql";
import type { Run } from "../ui/ExportButton";

const NamesQuery = graphql(`
  query MatterNames {
    overview {
      day
      matters(first: 200) {
        nodes {
          id
          name
        }
      }
    }
  }
`);

export function useMatters() {
  const [{ data }] = useQuery({ query: NamesQuery });
  return useMemo(() => {
    const matters = data?.overview.matters.nodes ?? [];
    const names = new Map(matters.map(({ id, name }) => [id, name]));
    return { matters, today: data?.overview.day ?? "", matterName: (id: string) => names.get(id) ?? id.replace(/^matter:/, "") };
  }, [data]);
}

const AllNamesQuery = graphql(`
  query AllMatterNames($after: String) {
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

/** Every matter's name, however many there are. */
export async function readMatterNames(run: Run): Promise<(id: string) => string> {
  const { nodes } = await run.all(AllNamesQuery, {}, (data) => data.overview.matters);
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id.replace(/^matter:/, "");
}
