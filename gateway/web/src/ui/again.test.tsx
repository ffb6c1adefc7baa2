// A list that is read again as its subscription says, over urql's own client.
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { Client, fetchExchange, Provider, subscriptionExchange, useSubscription } from "urql";
import { afterEach, describe, expect, it, vi } from "vitest";
import { graphql, type ResultOf } from "../api/graphql";
import { useAgainAt, usePages } from "./pages";

const ListQuery = graphql(`
  query FollowedList($after: String) {
    overview {
      matters(first: 50, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          name
        }
      }
    }
  }
`);

const Changed = graphql(`
  subscription FollowedListChanged {
    overviewChanged {
      position
      pending
      day
    }
  }
`);

type Told = ResultOf<typeof Changed>;
const pick = (data: ResultOf<typeof ListQuery>) => data.overview.matters;

/** A screen with the list, and the server that it asks: each question waits until it is answered. */
function screen() {
  const waiting: ((answer: Response) => void)[] = [];
  let asked = 0;
  let next: (told: Told) => void = () => {};
  const client = new Client({
    url: "http://localhost/graphql",
    preferGetMethod: false,
    fetch: () => {
      asked++;
      return new Promise((answer) => waiting.push(answer));
    },
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: () => ({
          subscribe: (sink) => {
            next = (data) => sink.next({ data });
            return { unsubscribe: () => {} };
          },
        }),
      }),
    ],
  });
  const wrapper = ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  const { result } = renderHook(
    () => {
      const pages = usePages(ListQuery, {}, pick);
      const [{ data }] = useSubscription({ query: Changed });
      useAgainAt(data?.overviewChanged, pages.again);
      return pages;
    },
    { wrapper },
  );
  // what follows from one thing is over a moment later
  const settled = () => act(() => new Promise((done) => setTimeout(done, 20)));
  return {
    asked: () => asked,
    shown: () => result.current.nodes?.map(({ name }) => name),
    answer: async (name: string) => {
      await waitFor(() => expect(waiting).not.toEqual([]));
      const matters = { nodes: [{ name }], pageInfo: { hasNextPage: false, endCursor: null } };
      const body = JSON.stringify({ data: { overview: { matters } } });
      waiting.shift()?.(new Response(body, { headers: { "content-type": "application/json" } }));
      await settled();
    },
    tell: (position: string, pending: boolean, day = "2026-06-30") => {
      next({ overviewChanged: { position, day, pending } });
      return settled();
    },
  };
}

afterEach(cleanup);

describe("a list that is followed", () => {
  it("is read at each position once", async () => {
    const { asked, answer, tell } = screen();
    await answer("old");
    await tell("5", false);
    await waitFor(() => expect(asked()).toBe(2));
    await answer("old");
    await tell("5", false);
    expect(asked()).toBe(2);
    await tell("6", false);
    await waitFor(() => expect(asked()).toBe(3));
  });

  it("is read again when another day begins, at the same position", async () => {
    const { asked, answer, tell } = screen();
    await answer("old");
    await tell("5", false);
    await answer("old");
    await tell("5", false, "2026-07-01");
    await waitFor(() => expect(asked()).toBe(3));
  });

  it("is read again once its rows have caught up, at the same position", async () => {
    const { asked, answer, shown, tell } = screen();
    await answer("old");
    await tell("5", true);
    await answer("old");
    await tell("5", true);
    await answer("old");
    expect(shown()).toEqual(["old"]);
    await tell("5", false);
    await answer("new");
    await waitFor(() => expect(shown()).toEqual(["new"]));
    expect(asked()).toBe(4);
  });

  it("is read again after a reading that was under way when the change was told", async () => {
    const { asked, answer, shown, tell } = screen();
    await answer("old");
    await tell("5", true);
    await tell("5", false);
    await tell("6", false);
    expect(asked()).toBe(2);
    // it had been asked before the rows were there
    await answer("old");
    await waitFor(() => expect(asked()).toBe(3));
    await answer("new");
    await waitFor(() => expect(shown()).toEqual(["new"]));
    expect(asked()).toBe(3);
  });
});

describe("a report that takes its time", () => {
  it("is asked for again once the answer has come, however often it is told meanwhile", () => {
    const again = vi.fn();
    const { rerender } = renderHook(
      ({ position, busy }) => useAgainAt({ position, day: "2026-06-30", pending: false }, again, busy),
      { initialProps: { position: "1", busy: true } },
    );
    rerender({ position: "2", busy: true });
    rerender({ position: "3", busy: true });
    expect(again).not.toHaveBeenCalled();
    rerender({ position: "3", busy: false });
    expect(again).toHaveBeenCalledTimes(1);
  });
});
