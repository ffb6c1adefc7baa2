// People at their screens: each has a browser context of their own.
import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContext, expect, type Locator, type Page, test } from "@playwright/test";

const there: { story: string; context: BrowserContext }[] = [];

export async function enter(browser: Browser, account: string, path = "/", language: "zh-CN" | "en" = "zh-CN"): Promise<Page> {
  // whoever was there for an earlier story leaves: an open screen asks again at every change
  const now = test.info().testId;
  for (const one of there.splice(0)) {
    if (one.story === now) there.push(one);
    else await one.context.close();
  }
  const context = await browser.newContext();
  there.push({ story: now, context });
  await context.addInitScript(
    ([account, language]) => {
      sessionStorage.setItem("onematter.account", account as string);
      localStorage.setItem("onematter.language", language as string);
    },
    [account, language],
  );
  await context.addInitScript(noteAcknowledged);
  const page = await context.newPage();
  await page.goto(path);
  return page;
}

/** In a person's page: notes when a command of theirs was last sent and acknowledged. */
function noteAcknowledged() {
  const asked = window.fetch;
  window.fetch = async (...given) => {
    const sent = Date.now();
    const answer = await asked(...given);
    if (/"query":"\s*mutation/.test(String(given[1]?.body ?? ""))) Object.assign(window, { command: { sent, acknowledged: Date.now() } });
    return answer;
  };
}

/**
 * When an element that `selector` names first says what `pattern` is, by its text or its name. Wait for it from before the
 * command on: it is looked at with every change of the page, so that the moment is exact.
 */
export function appears(page: Page, selector: string, pattern: RegExp): Promise<number> {
  const seen = page.evaluate(
    ([selector, source]) =>
      new Promise<number>((done) => {
        const wanted = new RegExp(source, "s");
        const look = () => {
          const all = [...document.querySelectorAll(selector)];
          if (!all.some((one) => wanted.test(`${one.getAttribute("aria-label") ?? ""} ${one.textContent}`))) return false;
          done(Date.now());
          return true;
        };
        if (look()) return;
        const eye = new MutationObserver(() => look() && eye.disconnect());
        eye.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      }),
    [selector, pattern.source] as const,
  );
  // whoever awaits it hears of it; a page that closes meanwhile is no fault of its own
  seen.catch(() => {});
  return seen;
}

/**
 * Prints how long after a command's acknowledgement another page showed it: less than nothing where the other page was faster
 * than the answer. The figure is printed, not asserted.
 */
export async function tellHowSoon(what: string, actor: Page, change: Promise<number>) {
  const late = new Promise<never>((_, fail) => setTimeout(fail, 20_000, new Error(`${what}: nothing was seen in 20 s`)));
  late.catch(() => {});
  const seen = await Promise.race([change, late]);
  const told = await actor.waitForFunction(() => (window as unknown as { command?: { sent: number; acknowledged: number } }).command);
  const command = await told.jsonValue();
  const [after, whole] = [seen - (command?.acknowledged ?? 0), seen - (command?.sent ?? 0)];
  console.log(`    ${after} ms after the acknowledgement, ${whole} ms after it was sent: ${what}`);
}

/** Asks the API as a department's own program would. */
export async function ask<T>(page: Page, account: string, query: string, variables: object = {}): Promise<T> {
  const answer = await page.request.post("/graphql", {
    headers: { authorization: `Bearer dev:${account}`, "content-type": "application/json" },
    data: { query, variables },
  });
  const body = (await answer.json()) as { data: T; errors?: unknown };
  expect(body.errors, JSON.stringify(body.errors)).toBeUndefined();
  return body.data;
}

export interface Found {
  id: string;
  name: string;
}

/** A matter of the demo by a part of its name. */
export async function matter(page: Page, part: string): Promise<Found> {
  const query = "{ overview { matters(first: 100) { nodes { id name } } } }";
  const { overview } = await ask<{ overview: { matters: { nodes: Found[] } } }>(page, "lead", query);
  const found = overview.matters.nodes.find((node) => node.name.includes(part));
  if (!found) throw new Error(`the demo has no matter named ${part}`);
  return found;
}

export const path = ({ id }: Found): string => `/matter/${id.replace("matter:", "")}`;

/** Convenes a meeting on a matter for today, with a resolution and two tasks, as a lead's own program would. */
export async function meeting(page: Page, of: Found, title: string): Promise<string> {
  const { overview } = await ask<{ overview: { day: string } }>(page, "lead", "{ overview { day } }");
  const send = async (name: string, type: string, input: object) => {
    const done = `{ __typename ... on MeetingCommandDone { meeting { id } } ... on CommandRefused { message } }`;
    const answer = await ask<Record<string, { __typename: string; message?: string; meeting: { id: string } }>>(
      page,
      "lead",
      `mutation($input: ${type}!) { ${name}(input: $input) ${done} }`,
      { input: { commandId: crypto.randomUUID(), ...input } },
    );
    const told = answer[name];
    if (told?.__typename !== "MeetingCommandDone") throw new Error(`${name}: ${JSON.stringify(told)}`);
    return told.meeting.id;
  };
  const invited = await bodies(page);
  const first = invited[0];
  const id = await send("conveneMeeting", "ConveneMeetingInput", {
    title,
    on: overview.day,
    place: "县政府二楼会议室",
    chair: "officer:lead",
    matters: [of.id],
    bodies: invited,
    agenda: ["通报进度", "研究未决事项", "明确责任与时限"],
  });
  await send("recordResolution", "RecordResolutionInput", { meeting: id, matter: of.id, text: "请主管部门依法加快办理" });
  await send("assignTask", "AssignTaskInput", { meeting: id, text: "三日内报送办理计划", matter: of.id, resolution: 1, owner: first, limit: overview.day });
  await send("assignTask", "AssignTaskInput", { meeting: id, text: "核对申请材料清单", matter: of.id, owner: first, limit: overview.day });
  return id;
}

/** Bodies of the desk's officers that the tests act as. */
async function bodies(page: Page): Promise<string[]> {
  const of = async (account: string) => (await ask<{ me: { body: string } }>(page, account, "{ me { body } }")).me.body;
  return [await of("nr-officer-1"), await of("ec-officer-1")];
}

/** A matter just begun by a template, as a lead's own program would begin it. */
export async function begin(page: Page, template: string, name: string, code: string): Promise<Found> {
  const send = async (mutation: string, type: string, input: object) => {
    const answer = await ask<Record<string, { __typename: string; message?: string; receipt: { matter: string } }>>(
      page,
      "lead",
      `mutation($input: ${type}!) { ${mutation}(input: $input) {
        __typename ... on MatterCommandDone { receipt { matter } } ... on CommandRefused { message } } }`,
      { input: { commandId: crypto.randomUUID(), ...input } },
    );
    const told = answer[mutation];
    if (told?.__typename !== "MatterCommandDone") throw new Error(`${mutation}: ${JSON.stringify(told)}`);
    return told.receipt.matter;
  };
  const project = {
    name,
    code,
    kind: "市政道路",
    implementingBody: "body:tongle",
    applicant: "applicant:luliang-education-sports",
    place: "陆良县同乐街道",
    target: "2024-06-30",
  };
  const matter = await send("proposeMatter", "ProposeMatterInput", { project });
  await send("designateMatter", "DesignateMatterInput", {
    matter,
    basis: "县政府专题会议纪要",
    taskForce: { lead: "officer:lead", deputy: "officer:deputy", members: [] },
  });
  await send("planMatter", "PlanMatterInput", { matter, template: `template:${template}`, leaveOut: [] });
  await send("startMatter", "StartMatterInput", { matter });
  return { id: matter, name };
}

/** Chooses as the keyboard does: a part of the name, then Enter. */
export async function choose(page: Page, field: Locator, option: string) {
  await field.fill(option);
  await expect(page.locator(".ant-select-dropdown:visible .ant-select-item-option-active")).toContainText(option);
  await field.press("Enter");
  await expect(page.locator(".ant-select-dropdown:visible")).toHaveCount(0);
}

/** Writes a day into its field. */
export async function write(form: Locator, label: string, day: string) {
  await form.getByLabel(label).fill(day);
  await form.getByLabel(label).press("Enter");
}

/** Names somebody at an applicant as the window's own program would, and reads the telephone in full for a reason. */
export async function namePerson(page: Page, applicant: string, name: string, phone: string): Promise<{ name: string; phone: string }> {
  const put = async (textClass: string, text: string, subject?: string) => {
    const query = "mutation($input: PutTextInput!) { putText(input: $input) { ref } }";
    const input = { commandId: crypto.randomUUID(), class: textClass, text, subject };
    return (await ask<{ putText: { ref: string } }>(page, "clerk", query, { input })).putText.ref;
  };
  const kept = await put("PERSON_NAME", name);
  const told = { name: kept, phone: await put("CONTACT", phone, kept) };
  const as = async (mutation: string, type: string, input: object) => {
    const query = `mutation($input: ${type}!) { ${mutation}(input: $input) { __typename ... on CommandRefused { message } } }`;
    const answer = await ask<Record<string, { __typename: string }>>(page, "clerk", query, {
      input: { commandId: crypto.randomUUID(), ...input },
    });
    expect(answer[mutation]?.__typename, JSON.stringify(answer)).toMatch(/^(RegisterCommandDone|Unmasked)$/);
  };
  await as("nameContact", "NameContactInput", { applicant: `applicant:${applicant}`, ...told });
  await as("unmask", "UnmaskInput", { ref: told.phone, reason: "通知领取证照" });
  return told;
}

/** Somebody who was the one to reach at an applicant, until another was named. */
export async function formerContact(page: Page, applicant: string): Promise<{ name: string; phone: string }> {
  const former = await namePerson(page, applicant, "王建国", "13800138001");
  await namePerson(page, applicant, "赵明", "13800138003");
  return former;
}

/** An accessibility check (WCAG 2.2 AA) of what a page shows. */
export async function findsNothing(page: Page) {
  // what moves is looked at when it stands
  await page.waitForTimeout(400);
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  expect(found).toEqual([]);
}
