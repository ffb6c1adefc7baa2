import { describe, expect, it } from "vitest";
import { type Assumption, type Case, type Verdict, variantOf, verdictsOf, without, withItem } from "./cases";

const empty: Case = { key: 1, name: "方案一", items: [] };
const tolerate: Assumption = { kind: "TOLERATE", permit: "B2", requirement: "permit:A8", mode: "PRE_REVIEW" };
const delay: Assumption = { kind: "DELAY", body: "body:nr", workingDays: 5 };

describe("a case", () => {
  it("is told to the server by kinds", () => {
    const one = [tolerate, delay, { kind: "DROP", permit: "A5" } as const, { kind: "EXTEND", permit: "A1", by: 10 } as const].reduce(
      withItem,
      empty,
    );
    expect(variantOf(one)).toEqual({
      name: "方案一",
      assume: {
        tolerate: [{ permit: "B2", requirement: "permit:A8", mode: "PRE_REVIEW" }],
        extend: [{ permit: "A1", by: 10 }],
        drop: ["A5"],
        delay: [{ body: "body:nr", workingDays: 5 }],
      },
    });
  });

  it("assumes one thing of one thing: the later counts", () => {
    const twice = withItem(withItem(empty, delay), { ...delay, workingDays: 9 });
    expect(twice.items).toEqual([{ ...delay, workingDays: 9 }]);
    const mode = withItem(withItem(empty, tolerate), { ...tolerate, mode: "COMMITMENT" });
    expect(mode.items).toEqual([{ ...tolerate, mode: "COMMITMENT" }]);
    expect(without(twice, { ...delay, workingDays: 9 }).items).toEqual([]);
  });
});

describe("a verdict", () => {
  const verdict = (more: Partial<Verdict>): Verdict => ({
    kind: "TOLERATE",
    permit: "B2",
    requirement: "permit:A8",
    mode: "PRE_REVIEW",
    by: null,
    lawful: true,
    who: null,
    whoZh: null,
    reason: "",
    reasonZh: "",
    rule: null,
    source: null,
    ...more,
  });

  it("stands by what it is about, and by nothing else", () => {
    const all = [
      verdict({}),
      verdict({ mode: "ACCEPT" }),
      verdict({ permit: "B3" }),
      verdict({ kind: "DELAY", permit: "B2", requirement: null, mode: null, by: 5 }),
      verdict({ kind: "DELAY", permit: "C1", requirement: null, mode: null, by: 5 }),
    ];
    const leads = new Map([
      ["B2", "body:nr"],
      ["C1", "body:hc"],
    ]);
    expect(verdictsOf(tolerate, all, leads)).toEqual([all[0]]);
    expect(verdictsOf(delay, all, leads)).toEqual([all[3]]);
  });
});
