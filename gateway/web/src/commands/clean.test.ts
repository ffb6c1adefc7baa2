import { describe, expect, it } from "vitest";
import { clean } from "./CommandForm";
import { commandSpec } from "./spec";

const keep = async (text: string) => `vault:${text}`;
const fields = (name: string) => commandSpec(name)?.fields ?? [];

describe("what a form sends", () => {
  it("leaves out what was left empty, also a whole group", async () => {
    const sent = await clean(fields("approvePermit"), { permit: "A1", conditions: "", notice: { number: "", date: null } }, keep);
    expect(sent).toEqual({ permit: "A1" });
  });

  it("keeps a list that must be there though it is empty", async () => {
    const sent = await clean(fields("noticeCorrection"), { permit: "A1", listed: [] }, keep);
    expect(sent).toEqual({ permit: "A1", listed: [] });
  });

  it("carries a personal text as a reference", async () => {
    const materials = [{ material: "seal", fileName: "张三.pdf" }];
    const sent = await clean(fields("submitPermit"), { permit: "A1", materials }, keep);
    expect(sent).toEqual({ permit: "A1", materials: [{ material: "seal", fileName: "vault:张三.pdf" }] });
  });

  it("says no where no is meant", async () => {
    const sent = await clean(fields("recordCheck"), { permit: "A1", officers: ["officer:a"], finding: "不合格", passed: false }, keep);
    expect(sent).toMatchObject({ passed: false });
  });
});
