import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";
import type { Directory } from "../app/session";
import type { Run } from "../ui/ExportButton";
import { workbook } from "./workbook";

const t = ((key: string) => key) as unknown as TFunction;
const directory = { bodyName: (id: string) => id, officerName: (id: string) => id } as unknown as Directory;

/** The sheet of permits of a matter with these clocks, by heading. */
async function permits(...clocks: object[]) {
  const parts = { stage: "LAND", lead: "body:nr", status: "ACCEPTED", cards: [], tolerances: [], materials: [], prerequisites: [] };
  const matter = {
    asOf: "2023-06-15T04:00:00Z",
    milestones: [],
    permits: clocks.map((clock, n) => ({ ...parts, code: `A${n + 1}`, clock })),
  };
  const run = {
    client: { query: () => ({ toPromise: async () => ({ data: { matter } }) }) },
    all: async () => ({ nodes: [] }),
  } as unknown as Run;
  const { sheets } = await workbook(run, "matter:1", undefined, t, directory, false);
  const [sheet] = sheets;
  return (sheet?.rows ?? []).map((row) => (heading: string) => row[sheet?.headings.indexOf(heading) ?? -1]?.value);
}

const clock = (unit: string, left: number) => ({ due: "2023-07-01", left, unit, state: "RUNNING", overdue: false, overdueDays: 0 });

describe("a permit in the workbook", () => {
  it("says of each of its clocks in which days it is counted", async () => {
    const [permit] = await permits({ statutory: clock("CALENDAR_DAYS", 20), promised: clock("WORKING_DAYS", 9) });
    expect([permit?.("excel.promisedLeft"), permit?.("excel.promisedUnit")]).toEqual([9, "excel.units.WORKING_DAYS"]);
    expect([permit?.("excel.statutoryLeft"), permit?.("excel.statutoryUnit")]).toEqual([20, "excel.units.CALENDAR_DAYS"]);
  });

  it("says nothing of a clock that it does not have", async () => {
    const [permit] = await permits({ statutory: clock("WORKING_DAYS", 20), promised: null });
    expect(permit?.("excel.promisedUnit")).toBeUndefined();
    expect(permit?.("excel.statutoryUnit")).toBe("excel.units.WORKING_DAYS");
  });
});
