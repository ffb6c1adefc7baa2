import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";
import type { Directory } from "../app/session";
import { actsOn, knownOf, namingsOf, readsPersons, recordOf, shortened, subjectOf } from "./subject";

const REF = "vault:01J9Z8Y7X6W5V4T3S2R1Q0PNMK";

describe("who a record is about", () => {
  it("is an account or a text, as typed or pasted", () => {
    expect(subjectOf(` ${REF}\n`)).toBe(REF);
    expect(subjectOf("officer:nr-officer-1")).toBe("officer:nr-officer-1");
  });

  it("is nothing that only looks like it", () => {
    for (const typed of ["", "nr-officer-1", REF.slice(6), "张三", "vault:", "vault:short", "officer:", "officer:A", "matter:01J9", `${REF}/x`, `${REF}?x`]) {
      expect(subjectOf(typed), typed).toBeUndefined();
    }
  });

  it("stands in the address of its record as it is", () => {
    expect(new URL(recordOf(REF), "http://h").pathname).toBe(`/persons/${REF}`);
  });
});

it("is found where it was named, by its name or its telephone, now or before", () => {
  const at = (applicant: string, name: string, phone: string | null) => ({
    applicant,
    since: "2023-06-01",
    until: null,
    name: { ref: name },
    phone: phone === null ? null : { ref: phone },
  });
  const all = [at("a", "n1", "p1"), at("b", "n2", null), at("c", "n3", "p3"), at("d", "n1", null)];
  expect(namingsOf(all, ["n1", "p3", "officer:x"]).map(({ applicant }) => applicant)).toEqual(["a", "c", "d"]);
  expect(namingsOf(all, [])).toEqual([]);
});

describe("what is known to be a person", () => {
  const t = ((key: string, given: object = {}) => [key, ...Object.values(given)].join(" ")) as unknown as TFunction;
  const directory = {
    officers: [{ id: "officer:a", body: "body:b", post: "窗口", roles: [] }],
    officerName: (id: string) => `post of ${id}`,
    bodyName: (id: string) => `name of ${id}`,
  } as unknown as Directory;
  const naming = (name: string, applicant: string, until: string | null) => ({
    applicant: `applicant:${applicant}`,
    since: "2023-06-01",
    until,
    name: { ref: name },
    phone: null,
  });

  it("is told by post and body, and by where a text was named", () => {
    const namings = [naming("vault:1", "x", "2023-07-01"), naming("vault:1", "y", null), naming("vault:3", "z", null)];
    const known = knownOf(t, directory, ["officer:a", "officer:gone", "vault:1", "vault:2"], namings);
    expect(known.map(({ reference }) => reference)).toEqual(["officer:a", "officer:gone", "vault:1", "vault:2", undefined]);
    expect(known.map(({ words }) => words)).toEqual([
      "post of officer:a · name of body:b",
      "persons.noAccount gone",
      "persons.wasContact x 2023-06-01 2023-07-01persons.semicolonpersons.isContact y 2023-06-01 ",
      "persons.aText",
      "persons.isContact z 2023-06-01 ",
    ]);
  });

  it("has references short enough for a phone", () => {
    expect(shortened(REF)).toBe("vault:01J9…PNMK");
    expect(shortened("officer:nr-officer-1")).toBe("officer:nr-officer-1");
  });
});

describe("what can be done about a person", () => {
  const record = { subjects: ["vault:a"], restrictedSince: null, erasedOn: null };

  it("is what it does not stand in already", () => {
    expect(actsOn(record)).toEqual(["restrictPerson", "erasePerson"]);
    expect(actsOn({ ...record, restrictedSince: "2023-06-01" })).toEqual(["liftPersonRestriction", "erasePerson"]);
    expect(actsOn({ ...record, restrictedSince: "2023-06-01", erasedOn: "2023-06-02" })).toEqual([]);
  });

  it("takes along what came to a restricted person later", () => {
    const grown = { ...record, subjects: ["officer:x", "vault:a"], restrictedSince: "2023-06-01" };
    expect(actsOn(grown)).toEqual(["restrictPerson", "liftPersonRestriction", "erasePerson"]);
  });
});

it("is read by security and audit, by nobody else", () => {
  const reading = (...roles: Parameters<typeof readsPersons>[0] extends { roles: infer R } | undefined ? R[] : never) =>
    roles.map((one) => readsPersons({ roles: one }));
  expect(reading(["SECURITY_ADMINISTRATOR"], ["AUDIT_ADMINISTRATOR"], ["AUDITOR"], ["OFFICER", "AUDITOR"])).toEqual([true, true, true, true]);
  expect(reading(["ADMINISTRATOR"], ["OFFICER"], ["LEAD"], ["CLERK"], ["SUPERVISOR"], [])).toEqual([false, false, false, false, false, false]);
  expect(readsPersons(undefined)).toBe(false);
});
