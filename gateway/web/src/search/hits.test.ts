import { describe, expect, it } from "vitest";
import { besides, parts, pathOf } from "./hits";

const said = (text: string, words: string[]) => parts(text, words).map(({ part, found }) => (found ? `[${part}]` : part)).join("");

describe("what was found", () => {
  it("is marked where the words are, whatever their case, and nowhere else", () => {
    expect(said("A1 项目建议书批复", ["项目", "a1"])).toBe("[A1] [项目]建议书批复");
    expect(said("水务局", ["税务"])).toBe("水务局");
    expect(said("（530322）水受字〔2023〕第1号", ["(", "〔2023〕"])).toBe("（530322）水受字[〔2023〕]第1号");
    expect(said("", ["项目"])).toBe("");
  });

  it("says of a matter what else is known of it, and no id that nobody looked for", () => {
    const text = "城南小学 · 2307-530322-04-01-280002 · 学校 · luliang-education-sports";
    expect(besides(text, "城南小学", ["小学"])).toBe("2307-530322-04-01-280002 · 学校");
    expect(besides(text, "城南小学", ["Education"])).toContain("luliang-education-sports");
  });

  it("opens where it is", () => {
    const of = { matter: "matter:01", meeting: null, permitCode: null };
    expect(pathOf({ ...of, kind: "MATTER", link: "matter:01" })).toBe("/matter/01");
    expect(pathOf({ ...of, kind: "MATERIAL", link: "permit:01/A1", permitCode: "A1" })).toBe("/matter/01?permit=A1");
    expect(pathOf({ ...of, kind: "ENTRY", link: "event:01/5f", permitCode: "A1" })).toBe("/matter/01/replay?entry=5f");
    expect(pathOf({ ...of, kind: "RESOLUTION", link: "meeting:02", matter: null, meeting: "meeting:02" })).toBe("/meetings/02");
  });
});
