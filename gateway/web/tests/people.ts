// People at their screens: each has a browser context of their own.
import { type Browser, expect, type Page } from "@playwright/test";

export async function enter(browser: Browser, account: string, path = "/", language: "zh-CN" | "en" = "zh-CN"): Promise<Page> {
  const context = await browser.newContext();
  await context.addInitScript(
    ([account, language]) => {
      sessionStorage.setItem("onematter.account", account as string);
      localStorage.setItem("onematter.language", language as string);
    },
    [account, language],
  );
  const page = await context.newPage();
  await page.goto(path);
  return page;
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
