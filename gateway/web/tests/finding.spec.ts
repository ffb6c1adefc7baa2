// Looking for something in the whole county, by keys alone.
import { expect, test } from "@playwright/test";
import { enter, matter } from "./people";

test("a slash, two characters and Enter find a matter, a number and a sentence, each of which opens its place", async ({ browser }) => {
  const page = await enter(browser, "lead", "/desk");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const school = await matter(page, "小学");
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "全县检索" })).toBeFocused();
  await page.keyboard.type("小学");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "检索“小学”" })).toBeVisible();
  const first = page.getByRole("row").filter({ hasText: school.name }).first();
  await expect(first.locator("mark")).toHaveText("小学");
  await first.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: school.name })).toBeVisible();

  // a permit by its name opens the permit
  await page.keyboard.press("/");
  await page.keyboard.type("用地预审");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "审批事项", exact: true }).click();
  await page.locator("mark").first().waitFor();
  await page.locator("tbody").getByRole("link").first().click();
  await expect(page.getByRole("dialog", { name: /用地预审/ })).toBeVisible();
  await page.keyboard.press("Escape");

  // an entry opens where one sees what was known then
  await page.goto(`/search?search=${encodeURIComponent("受理")}&kind=ENTRY`);
  const entry = page.locator("tbody").getByRole("link").first();
  const said = (await entry.textContent()) ?? "";
  await entry.click();
  await expect(page.getByText("历史视图，只读：显示的是当时已知的情况。")).toBeVisible();
  await expect(page.locator(".ant-typography[aria-live=polite]")).toContainText(said);

  await page.goto(`/search?search=${encodeURIComponent("一 二 三 四 五 六 七 八 九")}`);
  await expect(page.getByText("最多 8 个词")).toBeVisible();
  await page.goto(`/search?search=${encodeURIComponent("没有这样的东西")}`);
  await expect(page.getByText(/没有查到/)).toBeVisible();
});
