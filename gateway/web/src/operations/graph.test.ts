import { expect, it } from "vitest";
import { placed } from "./graph";

const node = (code: string, ...needs: string[]) => ({ code, name: code, stage: "one", needs });

it("puts each permit after the last of what it needs, and no two in one place", () => {
  const nodes = placed([node("A"), node("B", "A"), node("C", "A", "B"), node("D")]);
  expect(nodes.map(({ code, column, row }) => [code, column, row])).toEqual([
    ["A", 0, 0],
    ["B", 1, 0],
    ["C", 2, 0],
    ["D", 0, 1],
  ]);
});

it("leaves out what is not there and ends on a cycle", () => {
  const nodes = placed([node("A", "gone", "B"), node("B", "A")]);
  expect(new Set(nodes.map((place) => place.code))).toEqual(new Set(["A", "B"]));
});
