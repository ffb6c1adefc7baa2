// Many at once: the window hands a package in, departments each do their part with real papers, the lead sees it as it
// happens, asks what if and convenes a meeting; afterwards an auditor sees what was known then.
import { expect, type Page, test } from "@playwright/test";
import { appears, ask, begin, choose, enter, type Found, path, tellHowSoon, write } from "./people";

test.describe.configure({ mode: "serial" });

let road: Found;

const paper = (name: string) => ({ name, mimeType: "application/pdf", buffer: Buffer.from(`%PDF-1.4\n% ${name}\n%%EOF\n`) });

const seen = (page: Page, code: string) => page.getByRole("row").filter({ has: page.getByRole("button", { name: new RegExp(`^${code} `) }) });

test("the window's package is with every department at once, and the lead sees it", async ({ browser }) => {
  const lead = await enter(browser, "lead");
  road = await begin(lead, "municipal-road-bridge", "同乐街道联办道路工程", "2309-530322-04-01-770001");
  await lead.goto(path(road));
  await expect(seen(lead, "A1").getByText("可启动")).toBeVisible();

  const clerk = await enter(browser, "clerk", path(road));
  await clerk.getByRole("button", { name: "一窗收件（同步受理）" }).click();
  const form = clerk.getByRole("dialog", { name: "一窗收件（同步受理）" });
  const package_: [string, string[]][] = [
    ["A1 项目建议书批复", ["项目建议书", "资金来源说明", "盖章纸质件"]],
    ["A2 用地预审与选址意见书", ["拟选址范围图（含坐标）", "选址方案说明", "统一社会信用代码证（可共享获取）"]],
    ["A4 生产建设项目水土保持方案审批", ["水土保持方案报告书"]],
  ];
  let handed = 0;
  for (const [n, [permit, materials]] of package_.entries()) {
    await form.getByRole("button", { name: "添加事项" }).click();
    await choose(clerk, form.getByLabel("审批事项").nth(n), permit);
    for (const material of materials) {
      await form.getByRole("button", { name: "添加材料" }).nth(n).click();
      await choose(clerk, form.getByLabel("材料", { exact: true }).nth(handed), material);
      if (handed === 0) {
        await form.locator("input[type=file]").first().setInputFiles(paper("项目建议书.pdf"));
        await expect(form.getByText("已上传")).toBeVisible();
        // the paper's name is taken over
        await expect(form.getByLabel("文件名").first()).toHaveValue("项目建议书.pdf");
      }
      handed += 1;
    }
  }
  const all = Promise.all(["A1", "A2", "A4"].map((code) => appears(lead, "tr", new RegExp(`${code} .*已收件`))));
  await form.getByRole("button", { name: "确认一窗收件（同步受理）" }).click();
  await expect(form).toBeHidden();
  await tellHowSoon("the lead sees the window's package", clerk, all.then((at) => Math.max(...at)));
  for (const code of ["A1", "A2", "A4"]) await expect(seen(lead, code).getByText("已收件")).toBeVisible();
});

test("departments accept, tolerate on a signed paper and hand off, each seen by the lead @live", async ({ browser }) => {
  const lead = await enter(browser, "lead", path(road));
  await expect(seen(lead, "A4").getByText("已收件")).toBeVisible();

  // one accepts, straight from the desk by keys
  const reform = await enter(browser, "dr-officer-1", "/desk");
  const task = reform.getByRole("link", { name: "受理或一次性告知补正" }).first();
  await expect(reform.getByText(`A1 · ${road.name}`)).toBeVisible();
  await task.focus();
  while (!(await reform.evaluate((name) => document.activeElement?.parentElement?.textContent?.includes(name), `A1 · ${road.name}`))) {
    await reform.keyboard.press("j");
  }
  await reform.keyboard.press("a");
  const accept = reform.getByRole("dialog", { name: "受理", exact: true });
  await expect(accept.getByLabel("文号")).toHaveValue(/受字〔2023〕/);
  for (const day of ["落款日期", "送达日期"]) await write(accept, day, "2023-09-05");
  await choose(reform, accept.getByLabel("送达方式"), "直接送达");
  const inReview = appears(lead, "tr", /A1 .*审查中/);
  await accept.getByRole("button", { name: "确认受理" }).click();
  await expect(accept).toBeHidden();
  await tellHowSoon("the lead sees the acceptance", reform, inReview);
  await expect(seen(lead, "A1").getByText("审查中")).toBeVisible();

  // its notice is a page to print, given to whoever may see it
  const panel = reform.getByRole("dialog", { name: /^A1 / });
  const [notice] = await Promise.all([
    reform.waitForEvent("popup"),
    panel.getByRole("button", { name: "打印文书" }).first().click(),
  ]);
  await expect(notice.getByText("受理通知书").first()).toBeVisible();

  // one tolerates what is missing: the commitment is handed in before the command
  const water = await enter(browser, "wa-officer-1", `${path(road)}?permit=A4`);
  await water.getByRole("dialog", { name: /^A4 / }).getByRole("button", { name: "容缺", exact: true }).click();
  const tolerate = water.getByRole("dialog", { name: "容缺", exact: true });
  await choose(water, tolerate.getByLabel("容缺的材料或前置"), "盖章纸质件");
  await choose(water, tolerate.getByLabel("容缺方式"), "容缺受理");
  // a paper of a kind that is not taken is said, and stands in the way until it is away
  const input = tolerate.locator("input[type=file]").first();
  await input.setInputFiles({ name: "承诺书.pdf", mimeType: "application/pdf", buffer: Buffer.from("GIF89a not a paper") });
  await expect(tolerate.getByText(/不收这种文件/)).toBeVisible();
  await expect(tolerate.getByRole("button", { name: "确认容缺" })).toBeDisabled();
  await tolerate.getByRole("button", { name: "移除 承诺书.pdf" }).click();
  await input.setInputFiles(paper("承诺书.pdf"));
  await expect(tolerate.getByText("已上传")).toBeVisible();
  await write(tolerate, "补齐期限", "2023-09-08");
  await tolerate.getByLabel("补齐形式").fill("盖章件");
  const owed = appears(lead, '[data-code="A4"]', /欠件/);
  await tolerate.getByRole("button", { name: "确认容缺" }).click();
  await expect(tolerate).toBeHidden();
  await tellHowSoon("the lead sees the tolerance", water, owed);
  await expect(lead.locator('[data-code="A4"]')).toHaveAccessibleName(/欠件/);
  const [commitment] = await Promise.all([
    water.waitForEvent("popup"),
    water.getByRole("button", { name: "承诺书" }).first().click(),
  ]);
  await commitment.close();

  // one hands off what it has accepted
  await panel.getByRole("button", { name: "提出移交" }).click();
  const offer = reform.getByRole("dialog", { name: "提出移交" });
  await choose(reform, offer.getByLabel("移交给 / 调整为"), "县自然资源局");
  await offer.getByLabel("理由").fill("项目选址涉及规划调整，请会同办理");
  await lead.locator('[data-code="A1"]').click();
  const open = lead.getByRole("dialog", { name: /^A1 / });
  await expect(open).toBeVisible();
  const offered = appears(lead, "[role=dialog]", /移交待接/);
  await offer.getByRole("button", { name: "确认提出移交" }).click();
  await expect(offer).toBeHidden();
  await tellHowSoon("the lead sees the handoff in the open permit", reform, offered);
  await expect(open.getByText("移交待接")).toBeVisible();
});

test("the lead asks what if, proposes what saves most, and convenes a meeting whose task reaches a desk", async ({ browser }) => {
  const lead = await enter(browser, "lead", path(road));
  await lead.getByRole("button", { name: "情景推演" }).click();
  await lead.getByRole("button", { name: /^加入方案/ }).first().click();
  const first = lead.locator(".om-case").first();
  await expect(first.getByText(/合法可行/)).toBeVisible();
  // a second case, refused by law, beside it
  await lead.getByRole("button", { name: "新方案" }).click();
  const second = lead.locator(".om-case").nth(1);
  await second.getByRole("button", { name: "添加假设" }).click();
  const add = lead.getByRole("dialog", { name: "添加假设" });
  await choose(lead, add.getByLabel("审批事项"), "A6 环境影响报告表审批");
  await choose(lead, add.getByLabel("容缺哪一项"), "环境影响报告表");
  await choose(lead, add.getByLabel("方式"), "容缺受理 · 受理→决定");
  await add.getByRole("button", { name: "添加", exact: true }).click();
  await expect(second.getByText(/于法不合/)).toBeVisible();
  await expect(second.locator(".om-verdict.om-late")).toBeVisible();

  // the lawful one is put to its department, with what it would save
  await first.getByRole("button", { name: "向部门提出容缺建议" }).click();
  const propose = lead.getByRole("dialog", { name: "建议容缺" });
  await expect(propose.getByLabel("理由")).toHaveValue(/情景推演/);
  await propose.getByRole("button", { name: "确认建议容缺" }).click();
  await expect(propose).toBeHidden();

  await lead.getByRole("button", { name: "召集联席会议" }).click();
  const convene = lead.getByRole("dialog", { name: "召集联席会议" });
  await expect(convene.getByLabel("会议名称")).toHaveValue(/推进联席会议/);
  await write(convene, "日期", "2023-09-05");
  await convene.getByLabel("地点").fill("县政府二楼会议室");
  await convene.getByLabel("议程").fill("通报进度\n研究水土保持方案补件");
  await convene.getByRole("button", { name: "确认召集联席会议" }).click();
  await expect(lead.getByRole("heading", { level: 1, name: /推进联席会议/ })).toBeVisible();
  await expect(lead.getByRole("listitem").filter({ hasText: "研究水土保持方案补件" })).toBeVisible();

  const water = await enter(browser, "wa-officer-1", "/desk");
  await expect(water.getByRole("heading", { level: 1 })).toBeVisible();
  await lead.getByRole("button", { name: "交办任务" }).click();
  const assign = lead.getByRole("dialog", { name: "交办任务" });
  await assign.getByLabel("内容").fill("督促申请人补齐盖章件");
  await choose(lead, assign.getByLabel("责任单位"), "县水务局");
  await write(assign, "最迟完成日期", "2023-09-08");
  const given = appears(water, "tr", /督促申请人补齐盖章件/);
  await assign.getByRole("button", { name: "确认交办任务" }).click();
  await expect(lead.getByText("待认领")).toBeVisible();

  // the owner finds it on the desk and claims it; the lead sees that
  await tellHowSoon("a department has the meeting's task on its desk", lead, given);
  await expect(water.getByText("督促申请人补齐盖章件")).toBeVisible();
  await water.getByRole("button", { name: "认领任务" }).click();
  const claim = water.getByRole("dialog", { name: "认领任务" });
  await expect(claim.getByLabel("期限")).toHaveValue("2023-09-08");
  await write(claim, "期限", "2023-09-07");
  const claimed = appears(lead, "tr", /督促申请人补齐盖章件.*办理中/);
  await claim.getByRole("button", { name: "确认认领任务" }).click();
  await expect(claim).toBeHidden();
  await tellHowSoon("the lead sees on the meeting's page that the task is claimed", water, claimed);
  await expect(lead.getByText("办理中")).toBeVisible();
  // the demo's own meeting has given this officer a task too
  const mine = water.getByRole("row").filter({ hasText: "督促申请人补齐盖章件" });
  await mine.getByRole("button", { name: "报告进展" }).click();
  const report = water.getByRole("dialog", { name: "报告进展" });
  await report.getByLabel("进展").fill("申请人已送来盖章件");
  await report.getByLabel("是否已完成").click();
  await report.getByRole("button", { name: "确认报告进展" }).click();
  await lead.getByRole("button", { name: "确认完成（销号）" }).click();
  await lead.getByRole("dialog").getByRole("button", { name: "确认确认完成（销号）" }).click();
  await expect(lead.getByText("已销号")).toBeVisible();
});

test("an auditor replays it and sees what was known then", async ({ browser }) => {
  const auditor = await enter(browser, "auditor");
  const query = `query($id: ID!) { history(matterId: $id, first: 200) { nodes { revision name } } }`;
  const { history } = await ask<{ history: { nodes: { revision: number; name: string }[] } }>(auditor, "auditor", query, { id: road.id });
  const accepted = history.nodes.find((entry) => entry.name === "PermitAccepted");
  const before = (accepted?.revision ?? 1) - 1;
  await auditor.goto(`${path(road)}/replay?at=${before}`);
  await expect(seen(auditor, "A1").getByText("已收件")).toBeVisible();
  await expect(auditor.locator('[data-code="A4"]')).not.toHaveAccessibleName(/欠件/);
  await auditor.getByRole("slider").focus();
  await auditor.keyboard.press("ArrowRight");
  await expect(seen(auditor, "A1").getByText("审查中")).toBeVisible();
  await auditor.keyboard.press("End");
  await expect(auditor.locator('[data-code="A4"]')).toHaveAccessibleName(/欠件/);
  // the paper that was handed in opens for the auditor too
  await expect(auditor.getByRole("button", { name: "打印文书" }).first()).toBeVisible();
  await expect(auditor.getByRole("button", { name: "确认受理" })).toHaveCount(0);
});
