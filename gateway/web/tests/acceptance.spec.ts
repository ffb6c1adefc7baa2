// A department accepts a file: whoever watches the matter sees it, and whoever has no say in it cannot.
import { expect, test } from "@playwright/test";
import { ask, choose, enter, matter, path, write } from "./people";

test("a department accepts from its desk and the lead sees it at once @quick", async ({ browser }) => {
  const lead = await enter(browser, "lead");
  await expect(lead.getByRole("heading", { name: "总览" })).toBeVisible();
  const house = await matter(lead, "农村建房");
  await lead.getByRole("link", { name: house.name }).click();
  await expect(lead.getByText("实时")).toBeVisible();
  const waiting = lead.getByRole("row").filter({ hasText: "已收件" });
  await expect(waiting).toHaveCount(1);
  const code = ((await waiting.getByRole("button").textContent()) ?? "").split(" ")[0] ?? "";

  const officer = await enter(browser, "majie-officer-1", "/desk");
  await officer.getByRole("link", { name: "受理或一次性告知补正" }).click();
  // what is missing stands in the way of acceptance, and the reason says so
  const panel = officer.getByRole("dialog", { name: new RegExp(`^${code} `) });
  await panel.getByRole("button", { name: /不能办理的/ }).click();
  await expect(panel.getByText(/在受理环节尚缺：农村宅基地使用承诺书/)).toBeVisible();
  await panel.getByRole("button", { name: "补交材料" }).click();
  const supply = officer.getByRole("dialog", { name: "补交材料" });
  await supply.getByRole("button", { name: "添加材料" }).click();
  await choose(officer, supply.getByLabel("材料"), "农村宅基地使用承诺书");
  await supply.getByRole("button", { name: "确认补交材料" }).click();

  await panel.getByRole("button", { name: "受理", exact: true }).click();
  const form = officer.getByRole("dialog", { name: "受理" });
  await expect(form.getByText("行政许可法第42、82条")).toBeVisible();

  // what is missing is said beside the field, and nothing is sent
  await form.getByRole("button", { name: "确认受理" }).click();
  await expect(form.getByText("请填写落款日期")).toBeVisible();

  // the number that follows is there already, and may be another
  await expect(form.getByLabel("文号")).toHaveValue(/受字〔2023〕/);
  await form.getByLabel("文号").fill("马街受字〔2023〕1号");
  for (const field of ["落款日期", "送达日期"]) await write(form, field, "2023-09-05");
  await choose(officer, form.getByLabel("送达方式"), "直接送达");
  await form.getByRole("button", { name: "确认受理" }).click();
  await expect(panel.locator(".om-status")).toHaveText(/审查中/);

  await expect(lead.getByRole("row").filter({ hasText: code }).getByText("审查中")).toBeVisible();

  // another department finds no button, and its program is refused
  const other = await enter(browser, "dr-officer-1", `${path(house)}?permit=${code}`);
  await expect(other.getByRole("dialog")).toBeVisible();
  await expect(other.getByText("此处没有您可以办理的事项。").first()).toBeVisible();
  const answer = await ask<{ withdrawPermit: { __typename: string; code?: string } }>(
    other,
    "dr-officer-1",
    `mutation($input: WithdrawPermitInput!) { withdrawPermit(input: $input) { __typename ... on CommandRefused { code } } }`,
    { input: { commandId: crypto.randomUUID(), matter: house.id, permit: code, reason: "试一试" } },
  );
  expect(answer.withdrawPermit).toEqual({ __typename: "CommandRefused", code: "NotAuthorised" });
});

test("who comes second is told who was first, and nothing is overwritten", async ({ browser }) => {
  const first = await enter(browser, "lead");
  const road = await matter(first, "小学");
  await first.goto(path(road));
  const second = await enter(browser, "deputy", path(road));
  for (const page of [first, second]) await page.getByRole("button", { name: "暂停推进" }).click();
  const form = second.getByRole("dialog", { name: "暂停推进" });
  await form.getByLabel("理由").fill("资金未落实");
  await first.getByRole("dialog", { name: "暂停推进" }).getByLabel("理由").fill("用地未落实");
  await first.getByRole("button", { name: "确认暂停推进" }).click();
  await expect(first.getByRole("button", { name: "恢复推进" })).toBeVisible();
  await form.getByRole("button", { name: "确认暂停推进" }).click();
  await expect(form.getByRole("alert")).toBeVisible();
});
