import type { Client } from "urql";
import { describe, expect, it } from "vitest";
import { readNames } from "./names";

/** A county with so many matters, 200 a page as the server gives them at most. */
function county(count: number) {
  let asked = 0;
  const query = (_: unknown, { after }: { after?: string | null }) => ({
    toPromise: async () => {
      asked++;
      const from = Number(after ?? 0);
      const to = Math.min(from + 200, count);
      const nodes = Array.from({ length: to - from }, (_, n) => ({ id: `matter:${from + n}`, name: `项目${from + n}` }));
      return { data: { overview: { matters: { nodes, pageInfo: { hasNextPage: to < count, endCursor: String(to) } } } } };
    },
  });
  return { client: { query } as unknown as Client, asked: () => asked };
}

describe("the names of a county's matters", () => {
  it("are all there where they are more than a page", async () => {
    const { client, asked } = county(450);
    const { matters } = await readNames(client);
    expect(matters).toHaveLength(450);
    expect(matters.at(-1)).toEqual({ id: "matter:449", name: "项目449" });
    expect(asked()).toBe(3);
  });

  it("are read once for all who ask at a time", async () => {
    const { client, asked } = county(10);
    await Promise.all([readNames(client), readNames(client)]);
    expect(asked()).toBe(1);
    await readNames(client);
    expect(asked()).toBe(2);
  });
});
