import { describe, expect, it } from "vitest";
import { along, beside, between, dayNumber, dayOf, layout, PX_PER_DAY, ROW, type RowIn, ticks } from "./geometry";

const row = (key: string, start: string | undefined, end: string | undefined, more: Partial<RowIn> = {}): RowIn => ({
  key,
  group: "one",
  start,
  end,
  stops: [],
  debts: [],
  edges: [],
  critical: false,
  ...more,
});

describe("days", () => {
  it("go there and back, over a leap day and a year's end", () => {
    for (const day of ["2023-06-12", "2024-02-29", "2025-12-31", "2026-01-01"]) expect(dayOf(dayNumber(day))).toBe(day);
    expect(dayNumber("2024-03-01") - dayNumber("2024-02-28")).toBe(2);
  });
});

describe("a bar", () => {
  it("holds its first and its last day whole", () => {
    const { bars, x } = layout([row("A", "2023-06-12", "2023-06-14")], "2023-06-13", "day");
    expect(bars[0]?.x).toBe(x("2023-06-12"));
    expect(bars[0]?.width).toBe(3 * PX_PER_DAY.day);
  });

  it("is worked up to the day it is fact, never beyond its end", () => {
    const rows = [
      row("A", "2023-06-12", "2023-06-16", { worked: "2023-06-13" }),
      row("B", "2023-06-12", "2023-06-13", { worked: "2023-07-01" }),
      row("C", "2023-06-12", "2023-06-13", { worked: "2023-06-01" }),
    ];
    const { bars } = layout(rows, "2023-06-13", "day");
    expect(bars.map((bar) => bar.worked / PX_PER_DAY.day)).toEqual([2, 2, 0]);
  });

  it("that ends before it begins is one day, and one without a day has none", () => {
    const { bars } = layout([row("A", "2023-06-12", "2023-06-01"), row("B", undefined, undefined)], "2023-06-13", "week");
    expect(bars[0]?.width).toBe(PX_PER_DAY.week);
    expect(bars[1]?.width).toBe(0);
  });

  it("has its limit at the end of the last day", () => {
    const { bars, x } = layout([row("A", "2023-06-12", "2023-06-14", { due: "2023-06-20" })], "2023-06-13", "day");
    expect(bars[0]?.dueX).toBe(x("2023-06-21"));
  });
});

describe("rows", () => {
  const rows = [
    row("A", "2023-06-12", "2023-06-14"),
    row("B", "2023-06-15", "2023-06-16", { edges: [{ from: "A", gate: "ACCEPT" }] }),
    row("C", "2023-06-15", "2023-06-20", { group: "two", edges: [{ from: "A", gate: "DECIDE" }] }),
  ];
  const placed = layout(rows, "2023-06-13", "day");

  it("stand under the line of their group", () => {
    expect(placed.groups).toEqual([
      { name: "one", y: 0 },
      { name: "two", y: 3 * ROW },
    ]);
    expect(placed.bars.map((bar) => bar.y)).toEqual([ROW, 2 * ROW, 4 * ROW]);
    expect(placed.height).toBe(5 * ROW);
  });

  it("show every day there is", () => {
    for (const bar of placed.bars) {
      expect(bar.x).toBeGreaterThanOrEqual(0);
      expect(bar.x + bar.width).toBeLessThanOrEqual(placed.width);
    }
  });

  it("are walked by row and along prerequisites", () => {
    expect(beside(placed, "A", 1)).toBe("B");
    expect(beside(placed, "A", -1)).toBeUndefined();
    expect(along(placed, "A", 1)).toBe("B");
    expect(along(placed, "C", -1)).toBe("A");
    expect(along(placed, "A", -1)).toBeUndefined();
  });
});

describe("edges", () => {
  it("end at the beginning for acceptance and near the end for decision", () => {
    const rows = [
      row("A", "2023-06-12", "2023-06-14", { critical: true }),
      row("B", "2023-06-19", "2023-06-26", { edges: [{ from: "A", gate: "ACCEPT" }], critical: true }),
      row("C", "2023-06-12", "2023-06-26", { edges: [{ from: "A", gate: "DECIDE" }] }),
    ];
    const { edges, bars } = layout(rows, "2023-06-13", "day");
    expect(edges.map((edge) => [edge.to, edge.critical])).toEqual([
      ["B", true],
      ["C", false],
    ]);
    expect(edges[0]?.path.endsWith(`H${bars[1]?.x}`)).toBe(true);
    expect(edges[1]?.path).toContain(`H${(bars[2]?.x ?? 0) + (bars[2]?.width ?? 0) - 4}`);
  });

  it("from or to a permit that is not shown are not drawn", () => {
    const rows = [row("B", "2023-06-19", "2023-06-26", { edges: [{ from: "gone", gate: "ACCEPT" }] })];
    expect(layout(rows, "2023-06-13", "day").edges).toEqual([]);
  });
});

describe("the axis", () => {
  const placed = layout([row("A", "2023-06-12", "2023-07-14")], "2023-06-13", "week");
  it("names each month once and, by the week, Mondays", () => {
    const months = ticks(placed, "month");
    expect(months.map((tick) => tick.label)).toEqual(["2023-06", "2023-07"]);
    const weeks = ticks(placed, "week").filter((tick) => !tick.month);
    expect(weeks.every((tick) => new Date(`${tick.day}T00:00:00Z`).getUTCDay() === 1)).toBe(true);
  });
});

describe("a matter of 300 permits", () => {
  // ten stages of thirty, each permit after the one before it and after the one at its place in the stage before
  const rows = Array.from({ length: 300 }, (_, n) => {
    const edges = [n % 30 ? n - 1 : undefined, n >= 30 ? n - 30 : undefined].flatMap((from) =>
      from === undefined ? [] : [{ from: `P${from}`, gate: "ACCEPT" as const }],
    );
    const start = dayOf(dayNumber("2026-01-05") + n);
    return row(`P${n}`, start, dayOf(dayNumber(start) + 9), { group: `stage ${Math.floor(n / 30)}`, edges });
  });
  const placed = layout(rows, "2026-03-02", "week");

  it("is as high as its rows and the lines of its groups", () => {
    expect(placed.height).toBe((300 + 10) * ROW);
    expect(placed.edges.length).toBe(300 - 10 + 270);
  });

  it("draws what is in sight, and every edge that runs through it", () => {
    for (const top of [0, 50 * ROW, 200 * ROW, 305 * ROW]) {
      const bottom = top + 25 * ROW;
      const part = between(placed, top, bottom);
      expect(part.bars.length).toBeLessThanOrEqual(26);
      const shown = new Set(part.bars.map((bar) => bar.key));
      for (const bar of placed.bars) {
        expect(shown.has(bar.key), bar.key).toBe(bar.y + ROW > top && bar.y < bottom);
      }
      for (const edge of placed.edges) {
        if (shown.has(edge.from) || shown.has(edge.to)) expect(part.edges).toContain(edge);
      }
      expect(part.edges.length).toBeLessThan(130);
    }
  });

  it("is walked from end to end", () => {
    let at: string | undefined = "P0";
    let steps = 0;
    for (let next = beside(placed, at, 1); next; next = beside(placed, next, 1)) {
      at = next;
      steps += 1;
    }
    expect([at, steps]).toEqual(["P299", 299]);
  });
});

describe("a ghost", () => {
  it("stands where the bar would stand, and the chart has room for it", () => {
    const rows = [row("A", "2023-06-12", "2023-06-14", { ghost: { start: "2023-06-05", end: "2023-08-01" } })];
    const { bars, x, width } = layout(rows, "2023-06-13", "day");
    expect(bars[0]?.ghost).toEqual({ x: x("2023-06-05"), width: x("2023-08-02") - x("2023-06-05") });
    expect((bars[0]?.ghost?.x ?? 0) + (bars[0]?.ghost?.width ?? 0)).toBeLessThanOrEqual(width);
    expect(x("2023-06-05")).toBeGreaterThanOrEqual(0);
  });
});
