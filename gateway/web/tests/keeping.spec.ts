// What people keep in order for themselves and for their body: stand-ins, one's calendar, how the installation runs.
import { expect, test } from "@playwright/test";
import { appears, ask, choose, enter, matter, path, tellHowSoon, write } from "./people";

test("a head names a stand-in for some days, who then sees it and may act; the head ends it", async ({ browser }) => {
  const head = await enter(browser, "nr-head", "/mine");
  await head.getByRole("button", { name: "安排AB岗代岗" }).click();
  const form = head.getByRole("dialog", { name: "安排AB岗代岗" });
  await expect(form.getByText(/每一笔都记明/)).toBeVisible();
  await choose(head, form.getByLabel("代岗人"), "自然资源局经办人一");
  const { overview } = await ask<{ overview: { day: string } }>(head, "nr-head", "{ overview { day } }");
  await expect(form.getByLabel("第一天")).toHaveValue(overview.day);
  await write(form, "最后一天", "2023-09-15");
  await form.getByLabel("理由").fill("外出培训");
  const officer = await enter(browser, "nr-officer-1", "/mine");
  await expect(officer.getByRole("heading", { level: 1, name: /我的/ })).toBeVisible();
  const told = appears(officer, "main, #content", /您正在代/);
  await form.getByRole("button", { name: "确认安排AB岗代岗" }).click();
  await expect(form).toBeHidden();
  await expect(head.getByText(/正在代您办理，至 2023-09-15/)).toBeVisible();
  await tellHowSoon("a stand-in sees on the own page for whom", head, told);
  // an officer finds no button to name one
  await expect(officer.getByRole("button", { name: "安排AB岗代岗" })).toHaveCount(0);

  // what may not be is refused with its rule, and said
  await head.getByRole("button", { name: "安排AB岗代岗" }).click();
  await choose(head, form.getByLabel("代岗人"), "自然资源局经办人二");
  await write(form, "最后一天", "2023-09-12");
  await form.getByLabel("理由").fill("再安排一人");
  await form.getByRole("button", { name: "确认安排AB岗代岗" }).click();
  await expect(form.getByRole("alert").filter({ hasText: "2023-09-15" })).toBeVisible();
  await head.keyboard.press("Escape");
  await expect(form).toBeHidden();

  await head.getByRole("row").filter({ hasText: "2023-09-15" }).getByRole("button", { name: "提前终止代岗" }).click();
  const end = head.getByRole("dialog", { name: "提前终止代岗" });
  await end.getByLabel("理由").fill("培训取消");
  await end.getByRole("button", { name: "确认提前终止代岗" }).click();
  await expect(end).toBeHidden();
  await expect(head.getByText(/正在代您办理/)).toHaveCount(0);
  await head.getByLabel("含已结束的").click();
  await expect(head.getByRole("row").filter({ hasText: "培训取消" }).getByText("已提前终止")).toBeVisible();
});

test("a person makes the address of the own calendar, copies it, and closes it", async ({ browser }) => {
  const page = await enter(browser, "wa-officer-1", "/mine");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "生成日历地址" }).click();
  const address = await page.getByLabel("日历地址").inputValue();
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/calendar\/530322-.+\.ics$/);
  await page.getByRole("button", { name: "复制" }).click();
  await expect(page.getByText("已复制")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
  const feed = await page.request.get(address);
  expect(feed.status()).toBe(200);
  expect(await feed.text()).toContain("BEGIN:VCALENDAR");
  // it is shown once
  await page.reload();
  await expect(page.getByText(/已生成地址，地址不再显示/)).toBeVisible();
  await expect(page.getByLabel("日历地址")).toHaveCount(0);
  await page.getByRole("button", { name: "关闭地址" }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "关闭地址" }).click();
  await expect(page.getByRole("button", { name: "生成日历地址" })).toBeVisible();
  expect((await page.request.get(address)).status()).toBe(404);
});

test("the window names whom to reach at the applicant, masked, in full for a reason that audit reads, and takes it down", async ({
  browser,
}) => {
  const page = await enter(browser, "clerk");
  await page.goto(path(await matter(page, "小学")));
  await page.getByRole("button", { name: "申请单位联系人" }).click();
  const there = page.getByRole("dialog", { name: "申请单位联系人" });
  await expect(there.getByText(/尚未登记联系人/)).toBeVisible();
  await there.getByRole("button", { name: "登记联系人" }).click();
  await there.getByRole("button", { name: "保存联系人" }).click();
  await expect(there.getByText("请填写姓名")).toBeVisible();
  await there.getByLabel("姓名").fill("李建国");
  await there.getByLabel("电话").fill("13800138000");
  await there.getByRole("button", { name: "保存联系人" }).click();
  await expect(there.getByRole("button", { name: "更换联系人" })).toBeVisible();
  await expect(there.getByText("13800138000")).toHaveCount(0);
  const phone = there.getByRole("region", { name: "电话" });
  await expect(phone).toContainText("8000");
  await phone.getByRole("button", { name: "查看全文" }).click();
  await phone.getByLabel("为何查看全文（审计可查）").fill("通知补正");
  await phone.getByRole("button", { name: "记录并查看" }).click();
  await expect(phone.getByText("13800138000")).toBeVisible();
  // seen again, it is masked again
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "申请单位联系人" }).click();
  await expect(there.getByText("13800138000")).toHaveCount(0);
  await there.getByRole("button", { name: "撤下联系人" }).click();
  const form = page.getByRole("dialog", { name: "撤下联系人" });
  await form.getByLabel("理由").fill("不再负责");
  await form.getByRole("button", { name: "确认撤下联系人" }).click();
  await expect(there.getByText(/尚未登记联系人/)).toBeVisible();
});

test("a township has its handoffs, tasks and matters in one, and goes on from there", async ({ browser }) => {
  const page = await enter(browser, "township");
  await page.getByRole("menuitem", { name: "乡镇工作台" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /乡镇工作台 · 同乐街道/ })).toBeVisible();
  const { townshipDesk } = await ask<{ townshipDesk: { matters: { nodes: { name: string }[] } } }>(
    page,
    "township",
    "{ townshipDesk { matters(first: 50) { nodes { name } } } }",
  );
  expect(townshipDesk.matters.nodes.length).toBeGreaterThan(0);
  const matters = page.getByRole("region", { name: "本地实施的项目" });
  for (const { name } of townshipDesk.matters.nodes) await expect(matters.getByRole("link", { name })).toBeVisible();
  // who does not work there has no such place in the menu
  const officer = await enter(browser, "nr-officer-1");
  await expect(officer.getByRole("menuitem", { name: "办件台" })).toBeVisible();
  await expect(officer.getByRole("menuitem", { name: "乡镇工作台" })).toHaveCount(0);
});

test("departments' performance has the server's figures, sorts, and opens what it is made of", async ({ browser }) => {
  const page = await enter(browser, "supervisor", "/performance");
  const { overview } = await ask<{ overview: { day: string } }>(page, "supervisor", "{ overview { day } }");
  const query = `query($to: Date!) { departmentPerformance(from: "2023-01-01", to: $to) { body decided entries backfilled } }`;
  interface Row {
    body: string;
    decided: number;
    entries: number;
    backfilled: number;
  }
  const { departmentPerformance } = await ask<{ departmentPerformance: Row[] }>(page, "supervisor", query, { to: overview.day });
  const rows = page.locator("tbody tr.ant-table-row");
  await expect(rows).toHaveCount(departmentPerformance.length);
  const decided = page.getByRole("columnheader", { name: "办结", exact: true });
  await decided.click();
  await decided.click();
  const most = Math.max(...departmentPerformance.map((row) => row.decided));
  await expect(rows.first().locator("td.om-num").first()).toHaveText(String(most));
  const late = departmentPerformance.find((row) => row.backfilled > 0);
  if (late) await expect(page.getByText(`${late.backfilled}/${late.entries}`).first()).toBeVisible();
  await page.getByRole("button", { name: /按事项展开/ }).first().click();
  await expect(page.getByRole("columnheader", { name: "事项", exact: true })).toBeVisible();
  await page.getByText("自选").click();
  await expect(page).toHaveURL(/from=2023-01-01/);
});

test("an administrator sees how the installation runs, as it runs; an officer does not", async ({ browser }) => {
  const admin = await enter(browser, "administrator", "/operations?tab=health");
  await expect(admin.getByText("运行正常")).toBeVisible();
  await expect(admin.getByRole("row").filter({ hasText: "board" }).getByText("跟随中")).toBeVisible();
  const place = admin.getByRole("row").filter({ hasText: "最后一条记录的位置" });
  const before = await place.textContent();
  const lead = await enter(browser, "lead");
  const road = await matter(lead, "南片区");
  await lead.goto(path(road));
  const moved = admin.evaluate(
    (before) =>
      new Promise<number>((done) => {
        const eye = new MutationObserver(() => {
          const now = [...document.querySelectorAll("tr")].find((row) => row.textContent?.includes("最后一条记录的位置"))?.textContent;
          if (now && now !== before) done(Date.now());
        });
        eye.observe(document, { subtree: true, childList: true, characterData: true });
      }),
    before,
  );
  await lead.getByRole("button", { name: "暂停推进" }).click();
  await lead.getByRole("dialog", { name: "暂停推进" }).getByLabel("理由").fill("等待资金");
  await lead.getByRole("button", { name: "确认暂停推进" }).click();
  await tellHowSoon("the administrator sees the log go on", lead, moved);
  await lead.getByRole("button", { name: "恢复推进" }).click();
  await lead.getByRole("button", { name: "确认恢复推进" }).click();
  const officer = await enter(browser, "nr-officer-1", "/operations");
  await expect(officer.getByRole("tab", { name: "目录" })).toBeVisible();
  await expect(officer.getByRole("tab", { name: "运行状态" })).toHaveCount(0);
});
