import { describe, expect, it } from "vitest";
import { beijing, beijingDay } from "./words";

describe("an instant", () => {
  it("is shown by the clock in Beijing", () => {
    expect(beijing("2026-06-30T16:30:00Z")).toBe("2026-07-01 00:30");
  });

  it("lies on the day that it is in Beijing, where it begins eight hours before the day in UTC", () => {
    expect(beijingDay("2026-06-30T15:59:59Z")).toBe("2026-06-30");
    expect(beijingDay("2026-06-30T16:00:00Z")).toBe("2026-07-01");
    expect(beijingDay("2026-12-31T16:00:00.123456Z")).toBe("2027-01-01");
  });
});
