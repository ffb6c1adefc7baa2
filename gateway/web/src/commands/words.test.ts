import { describe, expect, it } from "vitest";
import { documentOf } from "./send";
import { NOTICES } from "./numbers";
import { commandNames, commandSpec, type FieldSpec } from "./spec";
import { COMMANDS, FIELDS, VALUES } from "./words";

const all = commandNames.map((name) => [name, commandSpec(name)] as const);

function* every(fields: readonly FieldSpec[]): Generator<FieldSpec> {
  for (const field of fields) {
    yield field;
    if (field.fields) yield* every(field.fields);
  }
}

describe("words", () => {
  it("are there for every command, field and choice of the API", () => {
    const missing = new Set<string>();
    for (const [name, spec] of all) {
      if (!COMMANDS[name]) missing.add(name);
      for (const field of every(spec?.fields ?? [])) {
        if (!FIELDS[field.name]) missing.add(field.name);
        for (const value of field.values ?? []) if (!VALUES[value]) missing.add(value);
      }
    }
    expect([...missing]).toEqual([]);
  });
});

describe("a command", () => {
  it("asks to be told of its being done by what its answer has", () => {
    const meeting = commandSpec("recordResolution");
    expect(meeting?.of).toBe("meeting");
    expect(meeting?.fields.map((field) => field.name)).toContain("matter");
    expect(meeting && documentOf("recordResolution", meeting)).toContain("MeetingCommandDone");
    const matter = commandSpec("acceptPermit");
    expect(matter?.of).toBe("matter");
    expect(matter && documentOf("acceptPermit", matter)).toContain("MatterCommandDone");
    expect(commandSpec("conveneMeeting")?.of).toBeUndefined();
  });

  it("that gives a document has it in the field that is numbered", () => {
    for (const [name, { field, kind }] of Object.entries(NOTICES)) {
      const found = commandSpec(name)?.fields.find((other) => other.name === field);
      expect(found?.fields?.map((inner) => inner.name), name).toContain("number");
      expect(kind).toBeTruthy();
    }
  });
});
