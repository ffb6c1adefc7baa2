import { strFromU8, unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { cellOf, type Column, fileName, MOST_ROWS, serialOfDay, serialOfTime, sheetNames, sheetOf } from "./excel";
import { bytesOf, letters } from "./xlsx";

interface Row {
  name: string;
  on: string | null;
  count: number | null;
}

const COLUMNS: Column<Row>[] = [
  { heading: "项目", value: (row) => row.name },
  { heading: "到期", kind: "date", value: (row) => row.on },
  { heading: "件", kind: "number", value: (row) => row.count },
];

describe("days and times", () => {
  it("are the numbers by which Excel knows them", () => {
    expect(serialOfDay("1970-01-01")).toBe(25_569);
    expect(serialOfDay("2024-02-29")).toBe(45_351);
    expect(serialOfDay("2026-07-01")).toBe(46_204);
  });

  it("are by the clock in Beijing, wherever the browser is", () => {
    // a quarter past midnight there is still the day before in Greenwich
    expect(serialOfTime("2026-06-30T16:15:00Z")).toBeCloseTo(46_204 + 15 / 1440, 9);
    expect(serialOfTime("2026-07-01T12:00:00+08:00")).toBe(46_204.5);
  });

  it("stay as they were written where they are none", () => {
    expect(cellOf("2026-02-30", "date")).toEqual({ kind: "text", value: "2026-02-30" });
    expect(cellOf("不详", "date")).toEqual({ kind: "text", value: "不详" });
    expect(cellOf("soon", "time")).toEqual({ kind: "text", value: "soon" });
  });
});

describe("a cell", () => {
  it("is empty, a number, or text", () => {
    expect([null, undefined, ""].map((value) => cellOf(value))).toEqual([null, null, null]);
    expect(cellOf(0, "number")).toEqual({ kind: "number", value: 0 });
    expect(cellOf(Number.NaN, "number")).toEqual({ kind: "text", value: "NaN" });
    // a code that looks like a number keeps its zeros
    expect(cellOf("007")).toEqual({ kind: "text", value: "007" });
  });

  it("that would be a formula is text and stays it when edited", () => {
    const sly = ["=1+1", "+86", "-2", "@SUM(A1)", " =cmd|' /C calc'!A0", "\t=1", "\r=1", "＝1+1", "\u0000=1"];
    expect(sly.map((value) => cellOf(value)?.kind)).toEqual(sly.map(() => "guarded"));
    expect(cellOf("=1+1", "date")?.kind).toBe("guarded");
    expect(cellOf("a=1")?.kind).toBe("text");
  });

  it("holds what XML and Excel can", () => {
    expect(cellOf("a\u0007b\uD800c\uFFFEd𠮷")).toEqual({ kind: "text", value: "abcd𠮷" });
    expect(cellOf("a\nb")).toEqual({ kind: "text", value: "a\nb" });
    const long = cellOf("长".repeat(40_000));
    expect(String(long?.value)).toHaveLength(32_767);
    expect(String(long?.value).endsWith("…")).toBe(true);
  });
});

describe("a sheet", () => {
  const rows: Row[] = [
    { name: "城南小学迁建工程项目", on: "2026-07-01", count: 3 },
    { name: "=HYPERLINK(1)", on: null, count: null },
  ];

  it("has the columns' headings, cells and widths, Chinese two wide", () => {
    const sheet = sheetOf("项目", COLUMNS, rows);
    expect(sheet.headings).toEqual(["项目", "到期", "件"]);
    expect(sheet.rows).toEqual([
      [{ kind: "text", value: "城南小学迁建工程项目" }, { kind: "date", value: 46_204 }, { kind: "number", value: 3 }],
      [{ kind: "guarded", value: "=HYPERLINK(1)" }, null, null],
    ]);
    expect(sheet.widths).toEqual([21, 11, 6]);
    expect(sheetOf("x", COLUMNS, [{ name: "长".repeat(400), on: null, count: null }]).widths[0]).toBe(52);
  });

  it("with more rows than Excel holds is refused", () => {
    const many = { length: MOST_ROWS + 1, map: () => [] } as unknown as Row[];
    expect(() => sheetOf("x", COLUMNS, many)).toThrow(RangeError);
  });

  it("is written so that it is read again: dates as numbers, sly text as text, headings held", () => {
    const about = `<全部> & "x"`;
    const bytes = bytesOf({ file: "x.xlsx", sheets: [{ ...sheetOf("项目/a", COLUMNS, rows), about }, { ...sheetOf("空", COLUMNS, []), about }] });
    const parts = Object.fromEntries(Object.entries(unzipSync(bytes)).map(([path, part]) => [path, strFromU8(part)]));
    const xml = (path: string) => new DOMParser().parseFromString(parts[path] ?? "", "text/xml");
    for (const path of Object.keys(parts)) expect(xml(path).getElementsByTagName("parsererror"), path).toHaveLength(0);
    const sheet = parts["xl/worksheets/sheet1.xml"] ?? "";
    expect(sheet).toContain('<c r="A1" s="1" t="inlineStr"><is><t xml:space="preserve">&lt;全部&gt; &amp; &quot;x&quot;</t></is></c>');
    expect(sheet).toContain('<c r="B3" s="6"><v>46204</v></c>');
    expect(sheet).toContain('<c r="C3" s="5"><v>3</v></c>');
    expect(sheet).toContain('<c r="A4" s="4" t="inlineStr"><is><t xml:space="preserve">=HYPERLINK(1)</t></is></c>');
    expect(sheet).not.toContain("<f>");
    expect(sheet).toContain('<pane ySplit="2" topLeftCell="A3" activePane="bottomLeft" state="frozen"/>');
    expect(sheet).toContain('<autoFilter ref="A2:C4"/>');
    expect(parts["xl/workbook.xml"]).toContain('<sheet name="项目 a" sheetId="1" r:id="rId1"/><sheet name="空" sheetId="2"');
    expect(parts["xl/styles.xml"]).toContain('quotePrefix="1"');
    expect(Object.keys(parts)).toContain("xl/worksheets/sheet2.xml");
  });
});

it("columns have the letters that Excel gives them", () => {
  expect([0, 25, 26, 51, 52, 701, 702].map(letters)).toEqual(["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
});

it("sheets have names that Excel takes, each once", () => {
  expect(sheetNames(["容缺", "容缺", "a/b:c[d]*?\\", "'x'", "", "Ab", "aB"])).toEqual(["容缺", "容缺 2", "a b c d", "x", "Sheet", "Ab", "aB 2"]);
  const long = sheetNames(["长".repeat(40), "长".repeat(40)]);
  expect(long.map((name) => name.length)).toEqual([31, 31]);
  expect(new Set(long).size).toBe(2);
});

it("a file has a name that every system takes", () => {
  expect(fileName('城南/小学:"迁建"', "2026-07-01 09:30")).toBe("城南 小学 迁建-20260701-0930.xlsx");
  expect(fileName("..", "2026-07-01 09:30")).toBe("export-20260701-0930.xlsx");
});
