// A matter of 300 permits: what is in sight is drawn and nothing else, and one comes to its end by wheel and by keys.
import { expect, type Page, test } from "@playwright/test";
import { enter, matter, path } from "./people";

const PERMITS = 300;

interface Coded {
  code: string;
  prerequisites: { permit: string | null }[];
}

/** Answers for the matter with its permits so often over, each with its own codes, that there are 300. */
async function long(page: Page) {
  await page.route("**/graphql", async (route) => {
    const asked = route.request().postDataJSON() as { operationName?: string };
    const response = await route.fetch();
    if (asked.operationName !== "Matter") return route.fulfill({ response });
    const answer = (await response.json()) as {
      data: { matter: { permits: Coded[]; forecast: { permits: { permit: string }[] } } };
    };
    const { permits, forecast } = answer.data.matter;
    const times = Math.ceil(PERMITS / permits.length);
    const over = <T>(all: T[], made: (one: T, n: number) => T): T[] =>
      Array.from({ length: times }, (_, n) => all.map((one) => made(one, n))).flat();
    answer.data.matter.permits = over(permits, (permit, n) => ({
      ...permit,
      code: `${permit.code}-${n}`,
      prerequisites: permit.prerequisites.map((edge) => ({ ...edge, permit: edge.permit && `${edge.permit}-${n}` })),
    })).slice(0, PERMITS);
    forecast.permits = over(forecast.permits, (one, n) => ({ ...one, permit: `${one.permit}-${n}` }));
    return route.fulfill({ response, json: answer });
  });
}

test("a matter of 300 permits draws what is in sight, and is walked to its end", async ({ browser }) => {
  const page = await enter(browser, "lead");
  const school = await matter(page, "小学");
  await long(page);
  await page.goto(path(school));
  const labels = page.locator(".om-gantt-label");
  const rows = page.locator("tbody tr.ant-table-row");
  await expect(labels.first()).toBeVisible();
  expect(await labels.count()).toBeLessThan(80);
  expect(await rows.count()).toBeLessThan(80);
  await expect(page.locator(`table[aria-rowcount="${PERMITS + 1}"]`)).toBeVisible();

  // past the edge of what was drawn, row by row
  const first = await labels.first().getAttribute("data-code");
  await labels.first().focus();
  for (let n = 0; n < 60; n++) await page.keyboard.press("ArrowDown");
  const focused = await page.evaluate(() => document.activeElement?.getAttribute("data-code"));
  expect(focused).not.toBe(first);
  await expect(page.locator(`[data-code="${focused}"]`)).toBeInViewport();

  // frame by frame down the chart; the times are for whoever reads the report
  const frames = await page.locator(".om-gantt").evaluate(async (box) => {
    const times: number[] = [];
    box.scrollTop = 0;
    let last = performance.now();
    for (let n = 0; n < 150; n++) {
      box.scrollTop += 60;
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - last);
      last = performance.now();
    }
    times.sort((a, b) => a - b);
    return { median: times[75], p95: times[142], worst: times[149] };
  });
  test.info().annotations.push({ type: "milliseconds a frame", description: JSON.stringify(frames) });
  await page.locator(".om-gantt").evaluate((box) => {
    box.scrollTop = box.scrollHeight;
  });
  await expect(labels.last()).toBeInViewport();
  expect(await labels.count()).toBeLessThan(80);

  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect(rows.last()).toBeInViewport();
  expect(await rows.count()).toBeLessThan(80);
  const last = Number(await rows.last().getAttribute("aria-rowindex"));
  expect(last).toBe(PERMITS + 1);
});
