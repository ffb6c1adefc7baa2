import type { Client, CombinedError, TypedDocumentNode } from "urql";
import { describe, expect, it } from "vitest";
import { readAll, Stopped } from "./pages";

interface Data {
  list: { nodes: number[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}
type Given = { of: string; after?: string | null };
const QUERY = {} as TypedDocumentNode<Data, Given>;
const pick = (data: Data) => data.list;

/** A server with so many entries, two a page; `fails` after which cursor it does not answer. */
function server(count: number, fails?: string) {
  const asked: (string | null | undefined)[] = [];
  const query = (_: unknown, given: Given) => ({
    toPromise: async () => {
      asked.push(given.after);
      if (fails !== undefined && given.after === fails) return { error: new Error("behind") as CombinedError };
      const from = Number(given.after ?? 0);
      const to = Math.min(from + 2, count);
      const nodes = Array.from({ length: to - from }, (_, n) => from + n);
      return { data: { list: { nodes, pageInfo: { hasNextPage: to < count, endCursor: String(to) } } } };
    },
  });
  return { asked, client: { query } as unknown as Client };
}

describe("a list read to its end", () => {
  it("has every page, and says how far it is", async () => {
    const { client, asked } = server(5);
    const told: number[] = [];
    const { nodes, first } = await readAll(client, QUERY, { of: "a" }, pick, new AbortController().signal, (n) => told.push(n));
    expect(nodes).toEqual([0, 1, 2, 3, 4]);
    expect(first.list.nodes).toEqual([0, 1]);
    expect(asked).toEqual([null, "2", "4"]);
    expect(told).toEqual([2, 2, 1]);
  });

  it("is nothing at all where a page fails", async () => {
    const { client } = server(5, "2");
    await expect(readAll(client, QUERY, { of: "a" }, pick, new AbortController().signal, () => {})).rejects.toThrow("behind");
  });

  it("stops when it is told to, and asks no more", async () => {
    const { client, asked } = server(100);
    const control = new AbortController();
    const reading = readAll(client, QUERY, { of: "a" }, pick, control.signal, () => asked.length === 2 && control.abort());
    await expect(reading).rejects.toBeInstanceOf(Stopped);
    expect(asked).toHaveLength(2);
  });
});
