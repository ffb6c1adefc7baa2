import { describe, expect, it } from "vitest";
import type { Matter, Permit } from "./query";
import { type Choice, rowsOf } from "./rows";

type Round = NonNullable<Permit["round"]>;
type Stop = Round["suspensions"][number];

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
const stops = (asOf: string, ...suspensions: Stop[]) => only(matter(asOf, { suspensions }))?.stops;
const stop = (more: Partial<Stop>): Stop => ({ from: "2023-06-14", until: null, resumedOn: null, toldUntil: "2023-06-20", ...more });

describe("a row", () => {
  it("is worked to the day in Beijing, which begins in the evening of the day before in UTC", () => {
    expect(only(matter("2023-06-15T15:59:59Z"))?.worked).toBe("2023-06-15");
    expect(only(matter("2023-06-15T16:05:00Z"))?.worked).toBe("2023-06-16");
  });
});

describe("a stop", () => {
  it("that is open lasts to the day told, and after that to today", () => {
    expect(stops("2023-06-15T04:00:00Z", stop({}))).toEqual([{ from: "2023-06-14", until: "2023-06-20" }]);
    expect(stops("2023-06-24T16:05:00Z", stop({}))).toEqual([{ from: "2023-06-14", until: "2023-06-25" }]);
  });

  it("that has ended lasts to its last excluded day", () => {
    const ended = stop({ until: "2023-06-15", resumedOn: "2023-06-16" });
    expect(stops("2023-06-24T04:00:00Z", ended)).toEqual([{ from: "2023-06-14", until: "2023-06-15" }]);
  });

  it("that was resumed on its first day excludes none", () => {
    expect(stops("2023-06-15T04:00:00Z", stop({ resumedOn: "2023-06-14" }))).toEqual([]);
    expect(stops("2023-06-24T04:00:00Z", stop({ resumedOn: "2023-06-14" }))).toEqual([]);
  });
});
