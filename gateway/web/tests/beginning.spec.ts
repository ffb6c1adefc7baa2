// A matter from nothing to its first day underway, all from the console.
import { expect, test } from "@playwright/test";
import { choose, enter, findsNothing, write } from "./people";

test.describe.configure({ mode: "serial" });

/** Tried again, it is another project: what the first try has left stays in the log. */
const project = () => `板桥镇集镇道路${test.info().retry ? "改造" : "提升"}工程`;

test("a lead proposes a matter, forms its task force, plans it by a template and starts it", async ({ browser }) => {
  const lead = await enter(browser, "lead");
  await lead.getByRole("button", { name: "提出一件事项目" }).click();
  const propose = lead.getByRole("dialog", { name: "提出一件事项目" });
  await propose.getByLabel("项目名称").fill(project());
  await propose.getByLabel(/项目类别/).fill("市政道路");
  await propose.getByLabel(/项目代码/).fill(`2309-530322-04-01-88000${test.info().retry}`);
  await choose(lead, propose.getByLabel("实施单位"), "板桥镇");
  await propose.getByLabel("申请人", { exact: true }).fill("luliang-city-investment");
  await propose.getByLabel("地点").fill("板桥镇集镇");
  await write(propose, "目标日期", "2024-06-30");
  await propose.getByRole("button", { name: "确认提出一件事项目" }).click();
  await expect(lead.getByRole("heading", { level: 1, name: project() })).toBeVisible();

  // the overview says what is to be done next with it, for those too who hear the page
  const overview = await enter(browser, "lead");
  await expect(overview.getByRole("row", { name: project() })).toContainText("尚未编制计划");
  await findsNothing(overview);

  await lead.getByRole("button", { name: "认定并组建专班" }).click();
  const form = lead.getByRole("dialog", { name: "认定并组建专班" });
  await form.getByLabel("认定依据").fill("县政府专题会议纪要〔2023〕12号");
  await choose(lead, form.getByLabel("组长", { exact: true }), "专班组长");
  await form.getByRole("button", { name: "确认认定并组建专班" }).click();
  await expect(form).toBeHidden();

  await lead.getByRole("button", { name: "按模板编制计划" }).click();
  const plan = lead.getByRole("dialog", { name: "按模板编制计划" });
  await choose(lead, plan.getByLabel("模板"), "市政道路");
  // what is left out is chosen from the template's own permits
  const left = plan.getByLabel("不纳入的事项");
  await left.fill("A5 涉河建设方案审查");
  await expect(lead.locator(".ant-select-dropdown:visible .ant-select-item-option-active")).toContainText("A5");
  await left.press("Enter");
  await plan.getByText("办理后果").click();
  await plan.getByRole("button", { name: "确认按模板编制计划" }).click();
  // what the law asks for stays, and the refusal says which law
  await expect(plan.getByText(/A5 是 C4 的法定条件（防洪法 27）/)).toBeVisible();
  await left.press("Backspace");
  await plan.getByText("办理后果").click();
  await plan.getByRole("button", { name: "确认按模板编制计划" }).click();
  await expect(plan).toBeHidden();
  await expect(lead.locator('[data-code="A5"]')).toBeVisible();

  await lead.getByRole("button", { name: "启动", exact: true }).click();
  await lead.getByRole("dialog", { name: "启动" }).getByRole("button", { name: "确认启动" }).click();
  await expect(lead.getByText("推进中").first()).toBeVisible();

  // a milestone gets its day, and whoever looks later hears what has happened since
  const works = lead.getByRole("listitem").filter({ hasText: "工程完工" }).last();
  await works.getByRole("button", { name: "定节点日期" }).click();
  const day = lead.getByRole("dialog", { name: "定节点日期" });
  await write(day, "落款日期", "2024-05-31");
  await day.getByRole("button", { name: "确认定节点日期" }).click();
  await expect(works.getByText("计划 2024-05-31")).toBeVisible();
});

test("whoever comes back to a matter hears what has happened since", async ({ browser }) => {
  const lead = await enter(browser, "lead");
  await lead.getByRole("link", { name: project() }).click();
  await expect(lead.locator('[data-code="A1"]')).toBeVisible();
  const address = lead.url();
  await lead.goto("/desk");
  await expect(lead.getByRole("heading", { level: 1 })).toBeVisible();
  const deputy = await enter(browser, "lead", address);
  await deputy.getByRole("button", { name: "暂停推进" }).click();
  await deputy.getByRole("dialog", { name: "暂停推进" }).getByLabel("理由").fill("用地未落实");
  await deputy.getByRole("button", { name: "确认暂停推进" }).click();
  await expect(deputy.getByRole("button", { name: "恢复推进" })).toBeVisible();
  await lead.goto(address);
  await expect(lead.getByText("自您上次查看以来有 1 条新记录")).toBeVisible();
  await lead.getByText("看这些记录").click();
  await expect(lead.getByText(/用地未落实/).first()).toBeVisible();
  await lead.reload();
  await expect(lead.locator('[data-code="A1"]')).toBeVisible();
  await expect(lead.getByText(/自您上次查看以来/)).toHaveCount(0);
});
