// Lists and a matter taken away as Excel files, read back as Excel would.
import { readFileSync } from "node:fs";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { strFromU8, unzipSync } from "fflate";
import { ask, enter, matter, path } from "./people";

interface Sheet {
  name: string;
  xml: string;
  /** By line, the cells in order; dates as the numbers they are. */
  lines: string[][];
}

const plain = (xml: string) =>
  xml.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

async function book(page: Page, button: Locator): Promise<{ file: string; sheets: Sheet[] }> {
  const coming = page.waitForEvent("download");
  await button.click();
  const download = await coming;
  const parts = unzipSync(readFileSync(await download.path()));
  const part = (name: string) => strFromU8(parts[name] ?? new Uint8Array());
  const names = [...part("xl/workbook.xml").matchAll(/<sheet name="([^"]*)"/g)].map((found) => plain(found[1] ?? ""));
  const sheets = names.map((name, n) => {
    const xml = part(`xl/worksheets/sheet${n + 1}.xml`);
    const lines = [...xml.matchAll(/<row r="\d+">(.*?)<\/row>/gs)].map((row) =>
      [...(row[1] ?? "").matchAll(/<c [^>]*>(?:<is><t[^>]*>(.*?)<\/t><\/is>|<v>(.*?)<\/v>)<\/c>/gs)].map((cell) => plain(cell[1] ?? cell[2] ?? "")),
    );
    return { name, xml, lines };
  });
  return { file: download.suggestedFilename(), sheets };
}

interface Answer {
  data: { overview: { matters: { pageInfo: object } } };
}

const exporter = (page: Page, name = "导出 Excel") => page.getByRole("button", { name, exact: true }).first();

/** As Excel counts days, from the last of 1899. */
const serial = (day: string) => String((Date.parse(`${day}T00:00:00Z`) - Date.UTC(1899, 11, 30)) / 86_400_000);

test("the overview is taken away whole, with real dates, in the language shown", async ({ browser }) => {
  const page = await enter(browser, "lead");
  const wrong: string[] = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  const { overview } = await ask<{ overview: { day: string; matters: { nodes: { name: string; changedOn: string }[] } } }>(
    page,
    "lead",
    "{ overview { day matters(first: 200) { nodes { name changedOn } } } }",
  );
  const { file, sheets } = await book(page, exporter(page));
  expect(file).toMatch(/^全部项目-\d{8}-\d{4}\.xlsx$/);
  const [sheet] = sheets;
  expect(sheet?.lines[0]?.[0]).toContain(`全部项目 · ${overview.day} 的情况 · 共 ${overview.matters.nodes.length} 条 · `);
  expect(sheet?.lines[0]?.[0]).toContain("（北京时间）导出");
  expect(sheet?.lines[1]?.slice(0, 2)).toEqual(["项目", "项目代码"]);
  const named = sheet?.lines.slice(2).map((line) => line[0]);
  expect([...(named ?? [])].sort()).toEqual(overview.matters.nodes.map(({ name }) => name).sort());
  const school = overview.matters.nodes.find(({ name }) => name.includes("小学"));
  const line = sheet?.lines.find((line) => line[0] === school?.name);
  expect(line?.at(-1)).toBe(serial(school?.changedOn ?? ""));
  expect(sheet?.xml).toContain('state="frozen"');
  await expect(page.getByText(`已导出 ${file}`)).toBeVisible();
  expect(wrong).toEqual([]);

  const english = await enter(browser, "lead", "/", "en");
  const other = await book(english, exporter(english, "Export to Excel"));
  expect(other.sheets[0]?.lines[1]?.slice(0, 2)).toEqual(["Matter", "Project code"]);
});

test("a matter is a workbook, and its past is exported as it was", async ({ browser }) => {
  const page = await enter(browser, "lead");
  const school = await matter(page, "小学");
  await page.goto(path(school));
  const now = await book(page, exporter(page));
  expect(now.file.startsWith(school.name.slice(0, 10))).toBe(true);
  expect(now.sheets.map(({ name }) => name)).toEqual(["审批事项", "节点", "容缺台账", "红黄牌", "办理记录"]);
  const query = "query($id: ID!) { matter(id: $id) { revision permits { code name } } }";
  const known = await ask<{ matter: { revision: number; permits: { code: string; name: string }[] } }>(page, "lead", query, { id: school.id });
  expect(now.sheets[0]?.lines.slice(2).map((line) => line.slice(0, 2))).toEqual(known.matter.permits.map(({ code, name }) => [code, name]));
  expect(now.sheets[0]?.lines[0]?.[0]).toContain(school.name);
  const history = now.sheets[4]?.lines.slice(2) ?? [];
  expect(history).toHaveLength(known.matter.revision + 1);
  for (const sheet of now.sheets) expect(sheet.xml).not.toContain("<f>");

  await page.goto(`${path(school)}/replay?at=40`);
  await expect(page.locator(".om-gantt-label").first()).toBeVisible();
  const then = await book(page, exporter(page, "导出项目 Excel"));
  expect(then.sheets[4]?.lines.slice(2)).toHaveLength(41);
  expect(then.sheets[4]?.lines.slice(2)).toEqual(history.slice(0, 41));
  expect(then.sheets[0]?.lines[0]?.[0]).toContain("历史视图");
  const entries = await book(page, exporter(page));
  expect(entries.sheets[0]?.lines.slice(2)).toEqual(history);
});

test("every other list gives a file too", async ({ browser }) => {
  const page = await enter(browser, "lead");
  const { overview } = await ask<{ overview: { day: string } }>(page, "lead", "{ overview { day } }");
  for (const [at, headings] of [
    ["/desk", ["要办", "项目"]],
    ["/tolerances?only=all", ["项目", "审批事项"]],
    ["/tolerances?tab=cards&cards=all", ["牌色", "张次"]],
    ["/meetings", ["会议日期", "会议"]],
    ["/meetings?tab=tasks&only=all", ["任务", "编号"]],
    ["/operations?tab=directory", ["部门", "英文名称"]],
    ["/operations?tab=standIns", ["部门", "被代理人"]],
    ["/performance", ["部门", "办结"]],
    [`/search?search=${encodeURIComponent("受理")}`, ["类别", "查到的内容"]],
    ["/township?body=body%3Atongle", ["要办", "项目"]],
  ] as const) {
    await page.goto(at);
    const { sheets } = await book(page, exporter(page));
    expect(sheets[0]?.lines[1]?.slice(0, 2), at).toEqual(headings);
    expect(sheets[0]?.lines[0]?.[0], at).toContain(` · ${overview.day} 的情况 · `);
  }
});

test("an export that is long says how far it is and can be stopped; one that fails makes no file", async ({ browser }) => {
  const page = await enter(browser, "lead");
  await expect(exporter(page)).toBeVisible();
  await page.waitForLoadState("networkidle");
  let answer: "waits" | "fails" = "waits";
  let asked = 0;
  let first: Answer | undefined;
  await page.route("**/graphql", async (route) => {
    const { operationName, variables } = route.request().postDataJSON() as { operationName?: string; variables?: { after?: string; order?: string } };
    if (operationName !== "Overview" || variables?.order !== "NAME") return route.continue();
    if (answer === "fails") return route.abort();
    asked++;
    // a list without end: its first page over and over
    first ??= (await (await route.fetch()).json()) as Answer;
    first.data.overview.matters.pageInfo = { hasNextPage: true, endCursor: String(asked) };
    if (variables.after) await new Promise((done) => setTimeout(done, 300));
    return route.fulfill({ json: first }).catch(() => {});
  });
  let files = 0;
  page.on("download", () => files++);
  await exporter(page).click();
  await expect(page.getByRole("status").filter({ hasText: /已读取 [1-9]\d* 条/ })).toBeVisible();
  await page.getByRole("button", { name: "取消", exact: true }).click();
  await expect(page.getByText("已取消导出")).toBeVisible();
  await expect(page.getByRole("button", { name: "取消", exact: true })).toBeHidden();
  answer = "fails";
  await exporter(page).click();
  await expect(page.getByText("没有导出：连不上服务")).toBeVisible();
  expect(files).toBe(0);
});
