import { describe, expect, it } from "vitest";
import { LONG, spanOf } from "./window";

describe("a long list", () => {
  it("draws all of a short one", () => {
    expect(spanOf(1000, 2000, 32, LONG)).toEqual({ from: 0, to: LONG });
  });

  it("draws what is in sight with some around it, wherever one stands", () => {
    for (let top = -500; top < 400 * 32; top += 37) {
      const { from, to } = spanOf(top, top + 800, 32, 300);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(300);
      expect(to - from).toBeGreaterThan(0);
      expect(to - from).toBeLessThan(70);
      // every row in sight is among them
      const [first, last] = [Math.max(0, Math.floor(top / 32)), Math.min(299, Math.floor((top + 800) / 32))];
      if (first <= last && top + 800 > 0) {
        expect(from).toBeLessThanOrEqual(first);
        expect(to).toBeGreaterThan(last);
      }
    }
  });

  it("is redrawn seldom while one scrolls", () => {
    const windows = new Set<string>();
    for (let top = 0; top < 320; top += 1) windows.add(JSON.stringify(spanOf(top + 3200, top + 4000, 32, 300)));
    expect(windows.size).toBeLessThan(8);
  });
});
