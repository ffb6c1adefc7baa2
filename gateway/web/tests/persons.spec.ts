// A person asks to be erased: the security administrator finds whom, reads the record, restricts, lifts, erases; audit reads it.
import { expect, type Page, test } from "@playwright/test";
import { ask, enter, formerContact, namePerson } from "./people";

const record = (page: Page) => page.getByRole("heading", { level: 1, name: /个人信息记录/ });

/** Fills in a command's form and sends it. */
async function order(page: Page, name: string, reason: string) {
  await page.getByRole("group", { name: "可办事项" }).getByRole("button", { name }).click();
  const form = page.getByRole("dialog", { name, exact: true });
  await form.getByLabel("理由").fill(reason);
  await form.getByRole("button", { name: `确认${name}` }).click();
  return form;
}

test("a former contact asks to be erased: found, read, restricted, lifted, erased; audit reads it, others are told who may", async ({
  browser,
}) => {
  const page = await enter(browser, "security-administrator");
  const applicant = "luliang-former-contact";
  const { name, phone } = await formerContact(page, applicant);

  await page.getByRole("menuitem", { name: "个人信息" }).click();
  await page.getByLabel("只看申请单位（完整编号）").fill(applicant);
  await page.keyboard.press("Enter");
  const row = page.getByRole("row").filter({ hasText: applicant });
  await expect(row).toHaveCount(2);
  const former = row.filter({ hasNotText: "现任" });
  await expect(former.getByText("保存中")).toHaveCount(2);
  await former.getByRole("link", { name: `查看记录：${applicant}` }).click();
  await expect(page).toHaveURL(new RegExp(`/persons/${name}$`));
  await expect(record(page)).toContainText(`${applicant} 的联系人`);
  const seen = page.getByRole("row").filter({ hasText: "通知领取证照" });
  await expect(seen).toContainText("查看全文");
  await expect(seen).toContainText("综合窗口");
  await expect(seen.getByTitle(phone)).toBeVisible();
  await expect(page.getByText("1 次")).toBeVisible();
  // the texts themselves are not for who weighs an erasure
  await expect(page.getByText(/王建国|13800138001/)).toHaveCount(0);

  const restrict = await order(page, "限制使用个人信息", "本人对准确性有异议");
  await expect(restrict).toBeHidden();
  await expect(page.getByText(/起限制使用/)).toBeVisible();
  // somebody else has lifted it meanwhile: said in the form, with the rule
  await page.getByRole("group", { name: "可办事项" }).getByRole("button", { name: "解除使用限制" }).click();
  const lift = page.getByRole("dialog", { name: "解除使用限制", exact: true });
  await lift.getByLabel("理由").fill("异议已核实");
  await send(page, "liftPersonRestriction", name);
  await lift.getByRole("button", { name: "确认解除使用限制" }).click();
  await expect(lift.getByRole("alert").filter({ hasText: "无需解除" })).toContainText("R23");
  await page.keyboard.press("Escape");
  await expect(lift).toBeHidden();
  await page.reload();
  await expect(page.getByText("未限制")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "解除限制" })).toHaveCount(1);
  await expect(await order(page, "限制使用个人信息", "仍有争议")).toBeHidden();
  await expect(await order(page, "解除使用限制", "争议已了结")).toBeHidden();
  await expect(page.getByRole("row").filter({ hasText: "解除限制" })).toHaveCount(2);

  const erase = await order(page, "删除个人信息", "已离职，不再需要");
  await expect(erase.getByLabel("依据的规定")).toHaveValue("个人信息保护法 47");
  const sure = page.getByRole("dialog", { name: /请再次确认/ });
  await expect(sure).toContainText(name);
  await expect(sure).toContainText(`${applicant} 的联系人`);
  await expect(sure).toContainText("无法恢复");
  await expect(sure).toContainText("onematter backup --keys");
  await page.screenshot({ path: "../../target/screenshots/person-sure-zh-CN.png" });
  // one may still turn back
  await sure.getByRole("button", { name: "返回" }).click();
  await expect(sure).toBeHidden();
  await erase.getByRole("button", { name: "确认删除个人信息" }).click();
  await sure.getByRole("button", { name: "确认删除个人信息" }).click();
  await expect(erase).toBeHidden();
  await expect(page.getByText(/^\d{4}-\d{2}-\d{2} 已删除$/)).toBeVisible();
  const entry = page.getByRole("row").filter({ hasText: "已离职，不再需要" });
  await expect(entry).toContainText("依据：个人信息保护法 47");
  await expect(page.getByRole("group", { name: "可办事项" }).getByRole("button")).toHaveCount(0);

  // the list of contacts says so; who took the place is another person and stays
  await page.goto(`/persons?applicant=${applicant}`);
  await expect(former.getByText("已删除")).toHaveCount(2);
  await expect(row.filter({ hasText: "现任" }).getByText("保存中")).toHaveCount(2);

  for (const account of ["auditor", "audit-administrator"]) {
    const audit = await enter(browser, account, `/persons/${phone}`);
    await expect(record(audit)).toBeVisible();
    await expect(audit.getByRole("row").filter({ hasText: "已离职，不再需要" })).toBeVisible();
    await expect(audit.getByRole("menuitem", { name: "个人信息" })).toBeVisible();
    await expect(audit.getByRole("group", { name: "可办事项" })).toHaveCount(0);
  }
  const officer = await enter(browser, "nr-officer-1", `/persons/${name}`);
  await expect(officer.getByText(/本页由安全管理员使用/)).toBeVisible();
  await expect(officer.getByRole("menuitem", { name: "办件台" })).toBeVisible();
  await expect(officer.getByRole("menuitem", { name: "个人信息" })).toHaveCount(0);
});

test("whom to look for is chosen by post or typed as a reference; nobody erases their own", async ({ browser }) => {
  const page = await enter(browser, "security-administrator", "/persons", "en");
  const own = (await ask<{ me: { officer: string } }>(page, "security-administrator", "{ me { officer } }")).me.officer;
  await page.getByLabel("By reference").fill("vault:123");
  await page.getByRole("button", { name: "Read the record" }).first().click();
  await expect(page.getByText(/A reference is vault:/)).toBeVisible();
  await page.getByLabel("By reference").fill(`vault:${"0".repeat(26)}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "Not found" })).toBeVisible();
  await page.getByRole("link", { name: /Personal texts/ }).click();
  const field = page.getByLabel("By account");
  await field.fill("security-administrator");
  await field.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/persons/${own}$`));
  await expect(page.getByText("Nothing is recorded")).toBeVisible();
  await page.getByRole("button", { name: "Erase a person's texts" }).click();
  const form = page.getByRole("dialog", { name: "Erase a person's texts", exact: true });
  await form.getByLabel("Reason").fill("no longer needed");
  await form.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("dialog", { name: /are you sure/ }).getByRole("button", { name: "Confirm" }).click();
  await expect(form.getByRole("alert").filter({ hasText: "free or erase their own" })).toContainText("R18");
});

/** As the security administrator's own program would. */
async function send(page: Page, mutation: "liftPersonRestriction", subject: string) {
  const query = `mutation($input: RestrictPersonInput!) { ${mutation}(input: $input) { __typename } }`;
  const input = { commandId: crypto.randomUUID(), subject, reason: "异议已核实" };
  const answer = await ask<Record<string, { __typename: string }>>(page, "security-administrator", query, { input });
  expect(answer[mutation]?.__typename).toBe("RegisterCommandDone");
}

test("the access log leads audit from a text that was read to its record", async ({ browser }) => {
  const audit = await enter(browser, "auditor");
  const { phone } = await namePerson(audit, "luliang-read-contact", "李秀英", "13800138002");
  await expect(async () => {
    const log = '{ accessLog(officer: "officer:clerk", kind: READ) { nodes { about } } }';
    const { accessLog } = await ask<{ accessLog: { nodes: { about: string[] }[] } }>(audit, "auditor", log);
    expect(accessLog.nodes.flatMap(({ about }) => about)).toContain(phone);
  }).toPass();
  await audit.goto("/operations?tab=access&kind=READ&officer=officer%3Aclerk");
  await audit.locator(`a[href="/persons/${phone}"]`).first().click();
  await expect(record(audit)).toContainText("luliang-read-contact 的联系人");
});
