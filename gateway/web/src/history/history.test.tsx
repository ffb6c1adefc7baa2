// A history that is read on while it is being read, over urql's own client.
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { Client, fetchExchange, Provider } from "urql";
import { afterEach, expect, it } from "vitest";
import { useHistory } from "./history";

afterEach(cleanup);

it("an entry recorded while the history is being read is read too", async () => {
  const waiting: ((answer: Response) => void)[] = [];
  const client = new Client({
    url: "http://localhost/graphql",
    preferGetMethod: false,
    fetch: () => new Promise((answer) => waiting.push(answer)),
    exchanges: [fetchExchange],
  });
  const answer = async (...revisions: number[]) => {
    await waitFor(() => expect(waiting).not.toEqual([]));
    const history = {
      nodes: revisions.map((revision) => ({ id: String(revision), revision })),
      pageInfo: { hasNextPage: false, endCursor: null },
    };
    const body = JSON.stringify({ data: { matter: { id: "m", project: { name: "路" }, history } } });
    waiting.shift()?.(new Response(body, { headers: { "content-type": "application/json" } }));
    await act(() => new Promise((done) => setTimeout(done, 20)));
  };
  const wrapper = ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  const { result, rerender } = renderHook(({ revision }) => useHistory("m", undefined, revision), {
    wrapper,
    initialProps: { revision: 0 },
  });
  await waitFor(() => expect(waiting).toHaveLength(1));
  rerender({ revision: 1 });
  await answer(0);
  await answer(0, 1);
  expect(result.current.data?.entries.map(({ revision }) => revision)).toEqual([0, 1]);
  expect(waiting).toEqual([]);
});
