// Signing in where nobody is let in under any name: the form, what it says, the session and its end.
import { execFileSync } from "node:child_process";
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { guarded } from "../playwright.config";

const PASSWORD = "correct horse battery";
const account = (...what: string[]) =>
  execFileSync(guarded.binary, ["user", ...what, "--data", guarded.data], { input: `${PASSWORD}\n`, stdio: "pipe" });

test.use({ baseURL: `http://${guarded.address}` });

test("a person signs in, stays signed in, signs out, and hears when the session has ended", async ({ page, context }) => {
  account("add", "lead@530322", "--password-stdin");
  await page.goto("/");
  const go = page.getByRole("button", { name: "登录", exact: true });
  await go.click();
  await expect(page.getByText("请填写账号")).toBeVisible();

  await page.getByLabel("账号").fill("lead");
  await page.getByLabel("密码", { exact: true }).fill("not the password");
  await page.getByLabel("密码", { exact: true }).press("Enter");
  await expect(page.getByRole("alert").getByText(/账号或密码不正确/)).toBeVisible();
  for (const language of ["EN", "中文"]) {
    await page.getByText(language, { exact: true }).click();
    const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
    expect(found.violations).toEqual([]);
    await page.screenshot({ path: `../../target/screenshots/sign-in-${language === "EN" ? "en" : "zh-CN"}.png` });
  }

  await page.getByLabel("密码", { exact: true }).fill(PASSWORD);
  await go.click();
  await expect(page.getByRole("heading", { name: "总览" })).toBeVisible();
  await expect(page.getByText(/开发模式/)).toHaveCount(0);
  const cookie = (await context.cookies()).find(({ name }) => name === "__Host-onematter");
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict" });
  expect(await page.evaluate(() => document.cookie)).toBe("");

  await page.reload();
  await expect(page.getByRole("heading", { name: "总览" })).toBeVisible();
  const other = await context.newPage();
  await other.goto("/desk");
  await expect(other.getByRole("heading", { level: 1 })).toBeVisible();

  // a tab whose session is over must not sign out the cookie, which by then may be somebody else's
  const signedOut: string[] = [];
  context.on("request", (request) => {
    if (request.method() === "DELETE") signedOut.push(request.url());
  });
  // the administrator takes the account away: both tabs say so
  account("remove", "lead@530322");
  await expect(page.getByText(/登录已结束/)).toBeVisible();
  await expect(other.getByText(/登录已结束/)).toBeVisible();
  expect(signedOut).toEqual([]);

  account("add", "clerk@530322", "--password-stdin");
  await page.getByLabel("账号").fill("clerk");
  await page.getByLabel("密码", { exact: true }).fill(PASSWORD);
  await go.click();
  await page.getByRole("button", { name: /综合窗口/ }).click();
  await page.getByRole("menuitem", { name: "退出" }).click();
  await expect(go).toBeVisible();
  await expect(page.getByText(/登录已结束/)).toHaveCount(0);
  expect((await context.cookies()).some(({ name }) => name === "__Host-onematter")).toBe(false);
});
