import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchDays } from "./day";

beforeEach(() => {
  vi.useFakeTimers();
  // a quarter to midnight in Beijing
  vi.setSystemTime("2026-06-30T15:45:00Z");
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a day that begins in Beijing", () => {
  it("is told once, half a minute later at the earliest", () => {
    const begun = vi.fn();
    const days = watchDays(() => true, begun);
    vi.advanceTimersByTime(15 * 60_000);
    expect(begun).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(begun).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(3_600_000);
    expect(begun).toHaveBeenCalledTimes(1);
    days.stop();
    vi.advanceTimersByTime(86_400_000);
    expect(begun).toHaveBeenCalledTimes(1);
  });

  it("is told to a page that slept through midnight once it is looked at and connected", () => {
    let connected = false;
    const begun = vi.fn();
    const days = watchDays(() => connected, begun);
    vi.setSystemTime("2026-07-01T00:30:00Z");
    document.dispatchEvent(new Event("visibilitychange"));
    expect(begun).not.toHaveBeenCalled();
    connected = true;
    days.look();
    expect(begun).toHaveBeenCalledTimes(1);
    days.stop();
  });
});
