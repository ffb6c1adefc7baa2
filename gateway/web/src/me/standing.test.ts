import { expect, it } from "vitest";
import { standingOf } from "./standing";

it("a delegation comes, holds, is over, or was ended", () => {
  const of = { holdsToday: false, endedOn: null, from: "2023-09-04" };
  expect(standingOf({ ...of, holdsToday: true }, "2023-09-05")).toBe("HOLDS");
  expect(standingOf({ ...of, from: "2023-09-06" }, "2023-09-05")).toBe("COMES");
  expect(standingOf(of, "2023-09-20")).toBe("OVER");
  expect(standingOf({ ...of, endedOn: "2023-09-05" }, "2023-09-05")).toBe("ENDED");
});
