// Names of the county's matters, for what names them by their ids.
import { useMemo } from "react";
import { useQuery } from "urql";
import { graphql } from "../api/graphql";

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
