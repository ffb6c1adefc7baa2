import { expect, it } from "vitest";
import { beginning } from "./periods";

it("a period begins where its day says", () => {
  expect(beginning("MONTH", "2023-09-05")).toBe("2023-09-01");
  expect(beginning("QUARTER", "2023-09-05")).toBe("2023-07-01");
  expect(beginning("QUARTER", "2023-10-01")).toBe("2023-10-01");
  expect(beginning("YEAR", "2023-12-31")).toBe("2023-01-01");
});
