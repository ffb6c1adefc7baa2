// The gateway and a real identity provider: people in a browser, programs with tokens, keys that rotate, a provider that is down.
// Prints "ok NAME" or "FAIL NAME", and at the end "N passed, M failed". Run by `make test-oidc`, which builds and
// installs what it needs.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { AUDIENCE, newKey, RealProvider } from "./provider.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const binary = process.env.E2E_BINARY ?? join(root, "target/debug/onematter");
const scratch = mkdtempSync(join(tmpdir(), "onematter-oidc-"));
const data = join(scratch, "data");
const gateway = "http://127.0.0.1:18700";
const provider = new RealProvider(18_701, gateway);
const PUT = (id) => `mutation { putText(input: { commandId: "${id}", class: NOTE, text: "x" }) { ref } }`;

async function ask(token, query = "{ me { officer } }") {
  const answer = await fetch(`${gateway}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const body = await answer.json();
  return { status: answer.status, officer: body.data?.me?.officer, ref: body.data?.putText?.ref, message: body.errors?.[0]?.message };
}

async function until(what, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; ; await sleep(200)) {
    if (await what().catch(() => false)) return;
    assert.ok(Date.now() < end, `not within ${seconds} s: ${what}`);
  }
}

function startGateway() {
  writeFileSync(join(scratch, "secret"), provider.secret);
  writeFileSync(
    join(scratch, "oidc.toml"),
    `public_url = "${gateway}"
[[issuer]]
id = "county"
issuer = "${provider.issuer}"
client_id = "onematter"
client_secret_file = "secret"
algorithms = ["RS256"]
audience = "${AUDIENCE}"
counties = ["530322"]
name = { zh = "县统一身份认证", en = "the county's sign-in" }
refresh_seconds = 5
[issuer.clients]
registry = "nr-officer-1"
`,
  );
  execFileSync(binary, ["import", "directory", join(root, "domain/templates/directory-530322.toml"), "--data", data], { stdio: "pipe" });
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ONEMATTER_")));
  const flags = ["serve", "--data", data, "--listen", "127.0.0.1:18700", "--oidc", join(scratch, "oidc.toml")];
  // one account asks here as much as a department does
  flags.push("--account-rate", "100000");
  return spawn(binary, flags, { stdio: ["ignore", "ignore", process.env.VERBOSE ? "inherit" : "ignore"], env: environment });
}

const at = { browser: undefined, token: undefined };

/** A browser of its own, as of a person who sits down. */
const person = () => at.browser.newContext({ locale: "zh-CN" });

async function authenticate(page, login) {
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

const checks = {
  "the server starts while the provider is down, and says so": async () => {
    await until(async () => (await fetch(`${gateway}/readyz`)).ok, 60);
    const begun = await fetch(`${gateway}/sign-in/oidc/county`, { redirect: "manual" });
    assert.equal(begun.status, 503);
    assert.match(await begun.text(), /县统一身份认证暂时没有应答/);
    await provider.start();
    await until(async () => (await fetch(`${gateway}/sign-in/oidc/county`, { redirect: "manual" })).status === 303, 40);
  },

  "a person signs in in the browser, works at once, and signs out": async () => {
    const context = await person();
    const page = await context.newPage();
    await page.goto(`${gateway}/desk`);
    await page.getByRole("link", { name: "通过县统一身份认证登录" }).click();
    await authenticate(page, "lead");
    await page.waitForURL(`${gateway}/desk`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await page.getByText(/开发模式/).count(), 0);
    const cookies = await context.cookies(gateway);
    const session = cookies.find(({ name }) => name === "__Host-onematter");
    assert.deepEqual([session.httpOnly, session.secure, session.sameSite], [true, true, "Strict"]);
    assert.ok(!cookies.some(({ name }) => name === "__Host-onematter-oidc"));
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator("header").getByRole("button").last().click();
    await page.getByRole("menuitem", { name: "退出" }).click();
    await page.getByRole("button", { name: "登录", exact: true }).waitFor();
    assert.ok(!(await context.cookies(gateway)).some(({ name }) => name === "__Host-onematter"));
    await context.close();
  },

  "a page that the server writes shows the strict cookie right after the provider's site": async () => {
    const context = await person();
    const page = await context.newPage();
    await page.goto(`${gateway}/sign-in/oidc/county?back=/session`);
    await authenticate(page, "clerk");
    await page.waitForURL(`${gateway}/session`);
    assert.equal(JSON.parse(await page.locator("body").innerText()).name, "clerk");
    await context.close();
  },

  "whoever the directory does not have is told what to do, there and on the sign-in page": async () => {
    const context = await person();
    const page = await context.newPage();
    await page.goto(`${gateway}/sign-in/oidc/county`);
    await authenticate(page, "stranger");
    await page.getByText("人员名录中没有您的账号 (stranger@530322)").waitFor();
    await page.getByRole("link", { name: /返回登录页/ }).click();
    await page.getByRole("alert").getByText(/请联系县管理员登记/).waitFor();
    await page.getByText("EN", { exact: true }).click();
    await page.getByRole("alert").getByText(/Ask the county's administrator/).waitFor();
    await page.getByRole("link", { name: "Sign in through the county's sign-in" }).waitFor();
    assert.ok(!(await context.cookies(gateway)).some(({ name }) => name === "__Host-onematter"));
    await context.close();
  },

  "whoever says no comes back to a page that says so": async () => {
    const context = await person();
    const page = await context.newPage();
    await page.goto(`${gateway}/sign-in/oidc/county`);
    await page.getByRole("link", { name: /Cancel/ }).click();
    await page.getByText("或您取消了登录").waitFor();
    await context.close();
  },

  "an answer that is brought twice, or by another browser, opens nothing": async () => {
    const context = await person();
    const page = await context.newPage();
    const answers = [];
    page.on("request", (request) => request.url().includes("/callback?") && answers.push(request.url()));
    await page.goto(`${gateway}/sign-in/oidc/county`);
    await authenticate(page, "lead");
    await page.waitForURL(`${gateway}/`);
    assert.equal((await page.goto(answers[0])).status(), 400);
    const other = await person();
    assert.equal((await (await other.newPage()).goto(answers[0])).status(), 400);
    assert.ok(!(await other.cookies(gateway)).some(({ name }) => name === "__Host-onematter"));
    await context.close();
    await other.close();
  },

  "a person's program comes in by an access token, for what it was given": async () => {
    const context = await person();
    const page = await context.newPage();
    const verifier = randomBytes(32).toString("base64url");
    const query = new URLSearchParams({
      client_id: "app",
      response_type: "code",
      redirect_uri: "http://127.0.0.1:18702/back",
      scope: "openid onematter:read",
      resource: AUDIENCE,
      nonce: "n",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    });
    const back = page.waitForRequest(/18702\/back/);
    await page.goto(`${provider.issuer}/auth?${query}`);
    await authenticate(page, "nr-officer-1").catch(() => {});
    const code = new URL((await back).url()).searchParams.get("code");
    const form = { grant_type: "authorization_code", client_id: "app", code, code_verifier: verifier, resource: AUDIENCE };
    form.redirect_uri = query.get("redirect_uri");
    const answer = await fetch(`${provider.issuer}/token`, { method: "POST", body: new URLSearchParams(form) });
    const { access_token, id_token } = await answer.json();
    assert.deepEqual(await ask(access_token), { status: 200, officer: "officer:nr-officer-1", ref: undefined, message: undefined });
    assert.equal((await ask(access_token, PUT("00000000-0000-4000-8000-000000000001"))).status, 403);
    const asBearer = await ask(id_token);
    assert.equal(asBearer.status, 401);
    assert.match(asBearer.message, /wrong kind/);
    await context.close();
  },

  "a system comes in by client credentials as the account that the file names": async () => {
    at.token = await provider.ofClient("registry");
    assert.equal((await ask(at.token)).officer, "officer:nr-officer-1");
    assert.ok((await ask(at.token, PUT("00000000-0000-4000-8000-000000000002"))).ref);
    const reads = await provider.ofClient("registry", "onematter:read");
    assert.equal((await ask(reads, PUT("00000000-0000-4000-8000-000000000003"))).status, 403);
    assert.equal((await ask(await provider.ofClient("unlisted"))).status, 401);
  },

  "expired and forged tokens open nothing": async () => {
    const now = Math.floor(Date.now() / 1000);
    const strange = await newKey(provider.keys[0].kid);
    const [head, body, signature] = at.token.split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt" })).toString("base64url");
    const changed = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, "base64url")), sub: "lead" })).toString("base64url");
    const { d, p, q, dp, dq, qi, ...shown } = provider.keys[0];
    const forged = {
      expired: await provider.like(at.token, { exp: now - 61 }),
      "not valid yet": await provider.like(at.token, { nbf: now + 3600 }),
      "another audience": await provider.like(at.token, { aud: "https://other.example" }),
      "another issuer": await provider.like(at.token, { iss: "https://evil.example" }),
      "another kind": await provider.like(at.token, {}, { typ: "JWT" }),
      "another's key": await provider.like(at.token, {}, {}, strange),
      "a key that it brings": await provider.like(at.token, {}, { jwk: { kty: strange.kty, n: strange.n, e: strange.e } }, strange),
      "HMAC by the public key": await provider.like(at.token, {}, { alg: "HS256" }, shown),
      "claims changed": `${head}.${changed}.${signature}`,
      none: `${none}.${body}.`,
    };
    assert.equal((await ask(await provider.like(at.token, { exp: now - 50 }))).status, 200, "within the leeway");
    for (const [what, token] of Object.entries(forged)) assert.equal((await ask(token)).status, 401, what);
  },

  "keys rotate under load, and nobody is turned away": async () => {
    const [old, young] = [provider.keys[0], await newKey("young")];
    const tally = { asked: 0, refused: [] };
    let tokens = [at.token];
    let going = true;
    const people = Array.from({ length: 16 }, async () => {
      while (going) {
        const token = tokens[tally.asked++ % tokens.length];
        const { status, message } = await ask(token);
        if (status !== 200) tally.refused.push(`${status} ${message}`);
      }
    });
    await sleep(1_000);
    const before = provider.fetchedKeys;
    provider.useKeys([young, old]);
    tokens = [at.token, await provider.ofClient("registry")];
    await sleep(3_000);
    going = false;
    await Promise.all(people);
    assert.deepEqual(tally.refused, []);
    assert.ok(tally.asked > 100, `${tally.asked} requests`);
    const fetched = provider.fetchedKeys - before;
    assert.ok(fetched >= 1 && fetched <= 3, `asked ${fetched} times`);
    process.stdout.write(`   ${tally.asked} requests, keys asked for ${fetched} time(s)\n`);
    // the old key is taken back: within the time of a refresh its tokens open nothing
    provider.useKeys([young]);
    await until(async () => (await ask(at.token)).status === 401, 15);
    at.token = tokens[1];
    assert.equal((await ask(at.token)).status, 200);
  },

  "while the provider is down its last keys hold, and it is found again": async () => {
    await provider.stop();
    // longer than a refresh
    await sleep(7_000);
    assert.equal((await ask(at.token)).status, 200);
    const figures = await (await fetch(`${gateway}/metrics`)).text();
    assert.match(figures, /onematter_jwks_fetches_total\{outcome="failed",provider="county"\} [1-9]/);
    await provider.start();
    const context = await person();
    const page = await context.newPage();
    await page.goto(`${gateway}/sign-in/oidc/county`);
    await authenticate(page, "lead");
    await page.waitForURL(`${gateway}/`);
    await context.close();
  },
};

async function run() {
  // what it says of its in-memory store and of this Node is no concern of a test's
  console.warn = console.info = () => {};
  provider.useKeys([await newKey("old")]);
  const server = startGateway();
  at.browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
  let [passed, failed] = [0, 0];
  try {
    for (const [name, check] of Object.entries(checks)) {
      try {
        await check();
        passed += 1;
        console.log(`ok ${name}`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL ${name}\n${error.stack}`);
      }
    }
  } finally {
    await at.browser.close();
    server.kill("SIGTERM");
    await provider.stop().catch(() => {});
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

await run();
