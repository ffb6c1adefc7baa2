// Every screen in both languages and on a phone: nothing for the accessibility checker to find, nothing asked of
// another host, nothing said in the browser's console; a picture of each is written to target/screenshots.
import { statSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { ask, enter, findsNothing, formerContact, matter, meeting, path } from "./people";

const SHOTS = "../../target/screenshots";

interface Screen {
  name: string;
  account: string;
  path: (page: Page) => Promise<string>;
  ready: (page: Page) => Promise<void>;
}

const heading = async (page: Page) => expect(page.getByRole("heading", { level: 1 })).toBeVisible();
const chart = async (page: Page) => expect(page.locator(".om-gantt-label").first()).toBeVisible();
const school = async (page: Page) => path(await matter(page, "小学"));

const row = async (page: Page) => expect(page.locator("tbody tr.ant-table-row").first()).toBeVisible();
const found = async (page: Page) => expect(page.locator("mark").first()).toBeVisible();

const card = async (page: Page) => expect(page.locator(".om-by-body").first()).toBeVisible();

/** The card on the permit that the school has late. */
async function oneCard(page: Page): Promise<string> {
  const query = "{ supervision(filter: { open: true }, first: 1) { nodes { entry } } }";
  const { supervision } = await ask<{ supervision: { nodes: { entry: string }[] } }>(page, "lead", query);
  return `/tolerances?tab=cards&card=${encodeURIComponent(supervision.nodes[0]?.entry ?? "none")}`;
}

async function whatIf(page: Page) {
  await chart(page);
  await page.getByRole("button", { name: /情景推演|What if/ }).click();
  await page.getByRole("button", { name: /^(加入方案|Try it)/ }).first().click();
  await expect(page.locator(".om-verdict").first()).toBeVisible();
}

/** One meeting for all screens. */
let known: string | undefined;
async function held(page: Page): Promise<string> {
  known ??= await meeting(page, await matter(page, "小学"), "城南小学项目推进会");
  return `/meetings/${known.replace("meeting:", "")}`;
}

/** Somebody asks for another's desk, and is written down within a second or so. */
async function denied(page: Page): Promise<string> {
  const data = { query: '{ desk(body: "body:water") { nodes { kind } } }' };
  await page.request.post("/graphql", { headers: { authorization: "Bearer dev:nr-officer-1" }, data });
  await expect(async () => {
    const log = '{ accessLog(officer: "officer:nr-officer-1") { nodes { rule } } }';
    const { accessLog } = await ask<{ accessLog: { nodes: unknown[] } }>(page, "auditor", log);
    expect(accessLog.nodes.length).toBeGreaterThan(0);
  }).toPass();
  return "/operations?tab=access";
}

/** Somebody whose telephone was seen in full, and who was replaced; one for all screens. */
let replaced: string | undefined;
async function person(page: Page): Promise<string> {
  replaced ??= (await formerContact(page, "luliang-screen-contact")).name;
  return `/persons/${replaced}`;
}

const SCREENS: Screen[] = [
  { name: "overview", account: "lead", path: async () => "/", ready: heading },
  { name: "matter", account: "lead", path: school, ready: chart },
  { name: "permit", account: "hc-officer-1", path: async (page) => `${await school(page)}?permit=B2`, ready: async (page) => expect(page.getByRole("dialog")).toBeVisible() },
  { name: "replay", account: "auditor", path: async (page) => `${await school(page)}/replay?at=40`, ready: chart },
  { name: "desk", account: "nr-officer-1", path: async () => "/desk", ready: heading },
  { name: "tolerances", account: "supervisor", path: async () => "/tolerances?only=all", ready: heading },
  { name: "cards", account: "supervisor", path: async () => "/tolerances?tab=cards", ready: card },
  { name: "card", account: "ec-officer-1", path: oneCard, ready: async (page) => expect(page.getByRole("dialog").locator(".om-card-list")).toBeVisible() },
  { name: "what-if", account: "lead", path: school, ready: whatIf },
  { name: "meetings", account: "lead", path: async (page) => ((await held(page)), "/meetings"), ready: heading },
  { name: "tasks", account: "nr-officer-1", path: async (page) => ((await held(page)), "/meetings?tab=tasks"), ready: heading },
  { name: "meeting", account: "lead", path: held, ready: heading },
  { name: "briefing", account: "lead", path: async () => "/briefing", ready: async (page) => expect(page.locator(".om-sheet footer")).toBeVisible() },
  { name: "search", account: "lead", path: async () => `/search?search=${encodeURIComponent("受理")}`, ready: found },
  { name: "performance", account: "supervisor", path: async () => "/performance", ready: row },
  { name: "township", account: "township", path: async () => "/township", ready: async (page) => expect(page.getByRole("heading", { level: 2 }).first()).toBeVisible() },
  { name: "mine", account: "nr-head", path: async () => "/mine", ready: heading },
  { name: "stand-ins", account: "security-administrator", path: async () => "/operations?tab=standIns", ready: heading },
  { name: "access-log", account: "audit-administrator", path: denied, ready: row },
  { name: "persons", account: "security-administrator", path: async (page) => ((await person(page)), "/persons"), ready: row },
  { name: "person", account: "security-administrator", path: person, ready: row },
  { name: "person-audit", account: "auditor", path: person, ready: row },
  { name: "health", account: "administrator", path: async () => "/operations?tab=health", ready: row },
  { name: "templates", account: "administrator", path: async () => "/operations", ready: heading },
  { name: "directory", account: "administrator", path: async () => "/operations?tab=directory", ready: heading },
  { name: "calendar", account: "administrator", path: async () => "/operations?tab=calendar", ready: heading },
];

/** What must not happen on any page. */
function watch(page: Page): string[] {
  const wrong: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`page: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    const own = new URL(page.url() === "about:blank" ? request.url() : page.url()).host;
    if (!["data:", "blob:"].includes(protocol) && host !== own) wrong.push(`another host: ${request.url()}`);
  });
  return wrong;
}

for (const language of ["zh-CN", "en"] as const) {
  for (const screen of SCREENS) {
    test(`${screen.name} in ${language}`, async ({ browser }) => {
      const page = await enter(browser, screen.account, "about:blank", language);
      const wrong = watch(page);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(await screen.path(page));
      await screen.ready(page);
      await page.waitForLoadState("networkidle");
      await page.screenshot({ path: `${SHOTS}/${screen.name}-${language}.png` });
      await findsNothing(page);
      expect(wrong).toEqual([]);
    });
  }
}

test("the first page explains itself", async ({ page }) => {
  const wrong = watch(page);
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "按身份进入" })).toBeVisible();
  await expect(page.getByRole("listitem").first()).toBeVisible();
  await page.screenshot({ path: `${SHOTS}/sign-in-zh-CN.png`, fullPage: true });
  await findsNothing(page);
  await page.getByRole("button", { name: "以 lead 进入" }).click();
  await expect(page.getByRole("heading", { name: "总览" })).toBeVisible();
  expect(wrong).toEqual([]);
});

test("on a phone the desk and a permit fit the width", async ({ browser }) => {
  const page = await enter(browser, "nr-officer-1", "/desk");
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [name, at] of [
    ["desk", "/desk"],
    ["permit", `${await school(page)}?permit=A8`],
    ["overview", "/"],
    ["matter", await school(page)],
    ["tolerances", "/tolerances"],
    ["cards", "/tolerances?tab=cards"],
    ["meeting", await held(page)],
    ["meetings", "/meetings"],
    ["tasks", "/meetings?tab=tasks"],
    ["search", `/search?search=${encodeURIComponent("项目")}`],
    ["performance", "/performance"],
    ["township", "/township?body=body%3Atongle"],
    ["mine", "/mine"],
    ["briefing", "/briefing"],
    ["directory", "/operations?tab=directory"],
    ["templates", "/operations"],
    ["calendar", "/operations?tab=calendar"],
  ] as const) {
    await page.goto(at);
    await page.waitForLoadState("networkidle");
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, name).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `${SHOTS}/phone-${name}.png` });
    await findsNothing(page);
  }
});

test("on a phone an administrator sees how the installation runs", async ({ browser }) => {
  const page = await enter(browser, "administrator", "about:blank");
  await page.setViewportSize({ width: 390, height: 844 });
  for (const tab of ["health", "standIns"]) {
    await page.goto(`/operations?tab=${tab}`);
    await page.waitForLoadState("networkidle");
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, tab).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `${SHOTS}/phone-${tab}.png` });
    await findsNothing(page);
  }
});

for (const language of ["zh-CN", "en"] as const) {
  test(`on a phone the record of a person fits the width in ${language}`, async ({ browser }) => {
    const page = await enter(browser, "security-administrator", "about:blank", language);
    await page.setViewportSize({ width: 390, height: 844 });
    for (const [name, at] of [
      ["person", await person(page)],
      ["persons", "/persons"],
    ] as const) {
      await page.goto(at);
      await row(page);
      await page.waitForLoadState("networkidle");
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, name).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `${SHOTS}/phone-${name}-${language}.png`, fullPage: true });
      await findsNothing(page);
    }
  });
}

test("the board's first load is under 450 kB compressed", async ({ browser }) => {
  const page = await enter(browser, "lead", "about:blank");
  const loaded: [string, number][] = [];
  page.on("requestfinished", (request) => {
    const { pathname } = new URL(request.url());
    // as gzip, which every browser and every proxy has; by brotli it is less
    if (pathname.startsWith("/assets/")) loaded.push([pathname, statSync(`dist${pathname}.gz`).size]);
  });
  await page.goto("/");
  await heading(page);
  await page.waitForLoadState("networkidle");
  const whole = loaded.reduce((sum, [, size]) => sum + size, 0);
  console.log(`    the first load is ${Math.round(whole / 1000)} kB of gzip in ${loaded.length} files`);
  expect(whole, JSON.stringify(loaded)).toBeLessThan(450_000);
});

test("on a phone a lead compares cases", async ({ browser }) => {
  const page = await enter(browser, "lead", "about:blank");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(await school(page));
  await whatIf(page);
  await page.getByRole("button", { name: "新方案" }).click();
  await expect(page.locator(".om-case")).toHaveCount(2);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await page.locator(".om-whatif").scrollIntoViewIfNeeded();
  await page.screenshot({ path: `${SHOTS}/phone-what-if.png` });
  await findsNothing(page);
});

test("the chart is walked by keys alone", async ({ browser }) => {
  const page = await enter(browser, "lead");
  await page.goto(await school(page));
  await chart(page);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-code"));
  await page.locator('[data-code="A1"]').focus();
  await page.keyboard.press("ArrowDown");
  expect(await focused()).toBe("A2");
  await page.keyboard.press("ArrowLeft");
  expect(await focused()).toBe("A1");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: /A1/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: /A1/ })).toBeHidden();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "键盘快捷键" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("d");
  await expect(page).toHaveURL(/\/desk/);
});
