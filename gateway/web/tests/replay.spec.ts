// The auditor sees a matter as it was known then.
import { expect, test } from "@playwright/test";
import { enter, matter, path } from "./people";

test("an auditor goes back and sees what was known then, and can do nothing", async ({ browser }) => {
  const auditor = await enter(browser, "auditor");
  const road = await matter(auditor, "南片区");
  await auditor.goto(`${path(road)}/replay?at=6`);
  await expect(auditor.getByText("历史视图，只读：显示的是当时已知的情况。")).toBeVisible();
  const done = auditor.getByRole("row").filter({ hasText: "已发证" });
  await expect(auditor.locator(".om-gantt-label").first()).toBeVisible();
  await expect(done).toHaveCount(0);
  await auditor.getByRole("slider").focus();
  await auditor.keyboard.press("End");
  await expect(done.first()).toBeVisible();
  await auditor.getByLabel("两点对比").click();
  await expect(auditor.getByText(/之间的 \d+ 条记录/)).toBeVisible();
  await auditor.goto(path(road));
  await expect(auditor.getByText("此处没有您可以办理的事项。")).toBeVisible();
});
