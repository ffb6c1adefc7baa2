// A book as the bytes of an .xlsx file (ECMA-376). Loaded when somebody exports, with the zip of it.
import { strToU8, zipSync } from "fflate";
import { type Book, type Cell, sheetNames } from "./excel";

export const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
/** The line of headings: the first line says what the sheet is. */
const HEADINGS = 2;

/** The styles of `xl/styles.xml`, by their place there. */
const STYLES = { plain: 0, about: 1, heading: 2, text: 3, guarded: 4, number: 5, date: 6, time: 7 } as const;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char] ?? char);

/** A column's letters: 0 is A, 26 is AA. */
export function letters(column: number): string {
  const rest = Math.floor(column / 26);
  return (rest ? letters(rest - 1) : "") + String.fromCharCode(65 + (column % 26));
}

const text = (at: string, style: number, value: string): string =>
  // _x000D_ and its like are escapes of Excel's own
  `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(value.replace(/_(?=x[\dA-Fa-f]{4}_)/g, "_x005F_"))}</t></is></c>`;

function cellXml(at: string, cell: Cell): string {
  if (!cell) return "";
  const style = STYLES[cell.kind];
  return typeof cell.value === "number" ? `<c r="${at}" s="${style}"><v>${cell.value}</v></c>` : text(at, style, cell.value);
}

function sheetXml(sheet: Book["sheets"][number], first: boolean): string {
  const rows = sheet.rows.map((cells, n) => {
    const line = n + HEADINGS + 1;
    return `<row r="${line}">${cells.map((cell, column) => cellXml(`${letters(column)}${line}`, cell)).join("")}</row>`;
  });
  const last = letters(Math.max(0, sheet.headings.length - 1));
  const headings = sheet.headings.map((heading, column) => text(`${letters(column)}${HEADINGS}`, STYLES.heading, heading)).join("");
  const cols = sheet.widths.map((width, n) => `<col min="${n + 1}" max="${n + 1}" width="${width}" customWidth="1"/>`).join("");
  return (
    `${HEAD}<worksheet xmlns="${MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>` +
    `<dimension ref="A1:${last}${sheet.rows.length + HEADINGS}"/>` +
    `<sheetViews><sheetView workbookViewId="0"${first ? ' tabSelected="1"' : ""}>` +
    `<pane ySplit="${HEADINGS}" topLeftCell="A${HEADINGS + 1}" activePane="bottomLeft" state="frozen"/>` +
    `<selection pane="bottomLeft" activeCell="A${HEADINGS + 1}" sqref="A${HEADINGS + 1}"/></sheetView></sheetViews>` +
    `<sheetFormatPr defaultRowHeight="15"/>${cols ? `<cols>${cols}</cols>` : ""}` +
    `<sheetData><row r="1">${text("A1", STYLES.about, sheet.about)}</row><row r="${HEADINGS}">${headings}</row>${rows.join("")}</sheetData>` +
    `<autoFilter ref="A${HEADINGS}:${last}${sheet.rows.length + HEADINGS}"/>` +
    '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>' +
    '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
  );
}

function stylesXml(): string {
  const top = '<alignment vertical="top"';
  const xf = (format: number, font: number, fill: number, rest: string, more = "") =>
    `<xf numFmtId="${format}" fontId="${font}" fillId="${fill}" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"${more}>${rest}</xf>`;
  const xfs = [
    xf(0, 0, 0, ""),
    xf(0, 1, 0, top + "/>"),
    xf(0, 1, 2, '<alignment vertical="center" wrapText="1"/>'),
    xf(0, 0, 0, top + ' wrapText="1"/>'),
    // 49 is the format of text; the prefix is the apostrophe that one would type
    xf(49, 0, 0, top + ' wrapText="1"/>', ' quotePrefix="1"'),
    xf(0, 0, 0, top + "/>"),
    xf(164, 0, 0, top + ' horizontal="left"/>'),
    xf(165, 0, 0, top + ' horizontal="left"/>'),
  ];
  return (
    `${HEAD}<styleSheet xmlns="${MAIN}">` +
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>' +
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>' +
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>' +
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE3EDFB"/><bgColor indexed="64"/></patternFill></fill></fills>' +
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
    `<cellXfs count="${xfs.length}">${xfs.join("")}</cellXfs>` +
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
  );
}

/** The names by which a filter and the repeated headings of a print are known. */
function definedNames(sheets: Book["sheets"], names: readonly string[]): string {
  const of = (n: number) => escaped(`'${(names[n] ?? "").replace(/'/g, "''")}'`);
  return sheets
    .map((sheet, n) => {
      const last = letters(Math.max(0, sheet.headings.length - 1));
      return (
        `<definedName name="_xlnm._FilterDatabase" localSheetId="${n}" hidden="1">${of(n)}!$A$${HEADINGS}:$${last}$${sheet.rows.length + HEADINGS}</definedName>` +
        `<definedName name="_xlnm.Print_Titles" localSheetId="${n}">${of(n)}!$1:$${HEADINGS}</definedName>`
      );
    })
    .join("");
}

/** The parts of the file, by their path in it. */
export function partsOf({ sheets }: Book): Record<string, string> {
  const names = sheetNames(sheets.map((sheet) => sheet.name));
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const each = (made: (n: number) => string) => sheets.map((_, n) => made(n + 1)).join("");
  return {
    "[Content_Types].xml":
      `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
      `<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/>` +
      `<Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>` +
      `${each((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${type}.worksheet+xml"/>`)}</Types>`,
    "_rels/.rels":
      `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">` +
      `<Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml":
      `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>` +
      `${each((n) => `<sheet name="${escaped(names[n - 1] ?? "")}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets>` +
      `<definedNames>${definedNames(sheets, names)}</definedNames></workbook>`,
    "xl/_rels/workbook.xml.rels":
      `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">` +
      `${each((n) => `<Relationship Id="rId${n}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${n}.xml"/>`)}` +
      `<Relationship Id="rId${sheets.length + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml": stylesXml(),
    ...Object.fromEntries(sheets.map((sheet, n) => [`xl/worksheets/sheet${n + 1}.xml`, sheetXml(sheet, n === 0)])),
  };
}

export function bytesOf(book: Book): Uint8Array {
  // not in a worker made of text: the page's policy runs scripts from files only
  return zipSync(Object.fromEntries(Object.entries(partsOf(book)).map(([path, xml]) => [path, strToU8(xml)])));
}
