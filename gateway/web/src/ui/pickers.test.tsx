import { cleanup, render } from "@testing-library/react";
import { DatePicker } from "antd";
import { afterEach, describe, expect, it, vi } from "vitest";
import "./pickers";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("a picker of days", () => {
  it("marks today in Beijing, where a new day has begun", () => {
    vi.useFakeTimers({ now: new Date("2026-06-30T16:30:00Z"), toFake: ["Date"] });
    render(<DatePicker open />);
    expect(document.querySelector(".ant-picker-cell-today")?.getAttribute("title")).toBe("2026-07-01");
  });
});
