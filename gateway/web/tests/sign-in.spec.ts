// Signing in where people have passwords: a gateway of its own, set up as an installation is.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

const binary = process.env.ONEMATTER_BINARY ?? "../../target/debug/onematter";
const address = `127.0.0.1:${Number(process.env.ONEMATTER_E2E_PORT ?? 18_480) + 1}`;
const PASSWORD = "陆良一件事 two words more";
let server: ChildProcess;

test.beforeAll(async () => {
  const data = join(mkdtempSync(join(tmpdir(), "onematter-e2e-")), "data");
  const run = (args: string[], input?: string) => execFileSync(binary, [...args, "--data", data], { input, stdio: ["pipe", "ignore", "ignore"] });
  run(["import", "directory", "../../domain/templates/directory-530322.toml"]);
  run(["user", "add", "lead@530322", "--password-stdin"], `${PASSWORD}\n`);
  server = spawn(binary, ["serve", "--data", data, "--listen", address], { stdio: "ignore" });
  await expect.poll(async () => (await fetch(`http://${address}/readyz`).catch(() => undefined))?.ok, { timeout: 30_000 }).toBe(true);
});

test.afterAll(() => {
  server.kill("SIGTERM");
});

test("a person signs in with a password, stays signed in, and signs out", async ({ page }) => {
  await page.goto(`http://${address}/`);
  await expect(page.getByRole("heading", { name: "登录" })).toBeVisible();
  await expect(page.getByText("开发模式")).toHaveCount(0);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.screenshot({ path: "../../target/screenshots/sign-in-password.png" });

  await page.getByLabel("账号").fill("lead");
  await page.getByLabel("密码").fill("not the password");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("alert")).toContainText("账号或密码不对");

  await page.getByLabel("密码").fill(PASSWORD);
  await page.getByLabel("密码").press("Enter");
  await expect(page.getByRole("heading", { name: "总览" })).toBeVisible();
  await expect(page.getByText("实时")).toBeVisible();
  // no script has the session, and the page is still signed in when it is loaded again
  expect(await page.evaluate(() => document.cookie)).toBe("");
  await page.reload();
  await expect(page.getByRole("heading", { name: "总览" })).toBeVisible();

  await page.getByRole("button", { name: /专班组长/ }).click();
  await page.getByText("退出").click();
  await expect(page.getByRole("heading", { name: "登录" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "登录" })).toBeVisible();
});
