// A list as an Excel sheet: each list says its columns once, and this makes cells of them. What is written as bytes is in
// xlsx.ts, loaded when somebody exports.

/** A day is `2026-07-01`; a time is an instant, shown by the clock in Beijing. */
export type Kind = "text" | "number" | "date" | "time";

export interface Column<T> {
  heading: string;
  value: (row: T) => string | number | null | undefined;
  /** Text, if not said. */
  kind?: Kind;
}

/** `guarded` text would be a formula if somebody edited the cell; it is marked so that it stays text even then. */
export type Cell = { kind: Kind | "guarded"; value: string | number } | null;

export interface Sheet {
  name: string;
  headings: string[];
  rows: Cell[][];
  /** Of the columns, in characters. */
  widths: number[];
}

export interface Book {
  /** The file's name. */
  file: string;
  /** By sheet, the line that stands above the headings: what it is, of which moment, by whom exported. */
  sheets: (Sheet & { about: string })[];
}

/** What a sheet of Excel holds, less the two lines at the top. */
export const MOST_ROWS = 1_048_576 - 2;
/** What a cell of Excel holds. */
const MOST_TEXT = 32_767;
const DAY = 86_400_000;
/** Day 0 of Excel's calendar, which has a 29 February 1900 and is therefore right from March 1900 on. */
const ZERO = Date.UTC(1899, 11, 30);
const BEIJING = 8 * 3_600_000;

/** The number by which Excel knows a day; none for what is no day. */
export function serialOfDay(day: string): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!parts) return undefined;
  const [year, month, date] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const at = new Date(Date.UTC(year, month - 1, date));
  const exists = at.getUTCMonth() === month - 1 && at.getUTCDate() === date;
  return exists && year > 1900 ? (at.getTime() - ZERO) / DAY : undefined;
}

/** The number by which Excel knows an instant, by the clock in Beijing, to the second. */
export function serialOfTime(instant: string): number | undefined {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return undefined;
  return Math.floor((at + BEIJING - ZERO) / 1000) / 86_400;
}

/** Without what XML cannot hold: control characters but tab and line ends, halves of a pair. */
const clean = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, (char) => ("\t\n\r".includes(char) ? char : ""));

function textCell(text: string): Cell {
  let value = clean(text);
  if (value.length > MOST_TEXT) value = `${value.slice(0, MOST_TEXT - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
  if (!value) return null;
  return { kind: /^[\s\u200B\uFEFF]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(value) ? "guarded" : "text", value };
}

/** What cannot be a day, a time or a number is kept as the text it is. */
export function cellOf(value: string | number | null | undefined, kind: Kind = "text"): Cell {
  if (value === null || value === undefined || value === "") return null;
  if (kind === "number" && typeof value === "number") return Number.isFinite(value) ? { kind, value } : textCell(String(value));
  const serial = kind === "date" ? serialOfDay(String(value)) : kind === "time" ? serialOfTime(String(value)) : undefined;
  if (serial !== undefined) return { kind, value: serial };
  return textCell(String(value));
}

/** A text's width in characters: those of Chinese are two wide. */
const widthOf = (text: string): number => {
  let width = 0;
  for (const char of text) width += char > "\u2E7F" ? 2 : 1;
  return width;
};

const WIDTHS: Record<Kind, number> = { text: 0, number: 0, date: 11, time: 17 };

function width<T>(column: Column<T>, cells: readonly Cell[]): number {
  const kind = column.kind ?? "text";
  let most = Math.max(WIDTHS[kind], widthOf(column.heading) + 3);
  for (const cell of cells) {
    if (cell && cell.kind !== "date" && cell.kind !== "time") most = Math.max(most, widthOf(String(cell.value).split("\n", 1)[0] ?? "") + 1);
    if (most > 52) return 52;
  }
  return Math.max(6, most);
}

export function sheetOf<T>(name: string, columns: readonly Column<T>[], rows: readonly T[]): Sheet {
  if (rows.length > MOST_ROWS) throw new RangeError(`a sheet holds ${MOST_ROWS} rows, not ${rows.length}`);
  const cells = rows.map((row) => columns.map((column) => cellOf(column.value(row), column.kind)));
  return {
    name,
    headings: columns.map((column) => column.heading),
    rows: cells,
    widths: columns.map((column, n) => width(column, cells.map((row) => row[n] ?? null))),
  };
}

/** Names as Excel takes them: at most 31 characters, without `[]:*?/\`, no apostrophe at an end, each once whatever its case. */
export function sheetNames(wanted: readonly string[]): string[] {
  const taken = new Set<string>();
  return wanted.map((name) => {
    const fit = clean(name).replace(/[[\]:*?/\\\s]+/g, " ").trim().replace(/^'+|'+$/g, "") || "Sheet";
    for (let n = 1; ; n++) {
      const tail = n === 1 ? "" : ` ${n}`;
      const one = fit.slice(0, 31 - tail.length) + tail;
      if (taken.has(one.toLowerCase())) continue;
      taken.add(one.toLowerCase());
      return one;
    }
  });
}

/** A file's name of a title and the moment of the export, as every system takes it. */
export function fileName(title: string, when: string): string {
  const stamp = when.replace(/[-:]/g, "").replace(" ", "-");
  const fit = title.replace(/[\p{Cc}\p{Cs}\\/:*?"<>|\s]+/gu, " ").trim().replace(/^\.+/, "");
  return `${(fit || "export").slice(0, 80)}-${stamp}.xlsx`;
}
