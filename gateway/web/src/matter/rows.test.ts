import { describe, expect, it } from "vitest";
import type { Matter, Permit } from "./query";
import { type Choice, rowsOf } from "./rows";

type Round = NonNullable<Permit["round"]>;

const CHOICE: Choice = { by: "stage", onlyCritical: false, onlyAtRisk: false };

/** A matter of one permit, received on 12 June 2023, as it is at an instant. */
function matter(asOf: string, round: Partial<Round> = {}): Matter {
  const permit = {
    code: "A1",
    stage: "LAND",
    lead: "body:nr",
    status: "ACCEPTED",
    cards: [],
    tolerances: [],
    prerequisites: [],
    round: { number: 1, receivedOn: "2023-06-12", suspensions: [], ...round },
  };
  return { asOf, stages: [{ stage: "LAND" }], permits: [permit] } as unknown as Matter;
}

const only = (of: Matter) => rowsOf(of, CHOICE, (group) => group)[0];

describe("a row", () => {
  it("is worked to the day in Beijing, which begins in the evening of the day before in UTC", () => {
    expect(only(matter("2023-06-15T15:59:59Z"))?.worked).toBe("2023-06-15");
    expect(only(matter("2023-06-15T16:05:00Z"))?.worked).toBe("2023-06-16");
  });
});
