// The console in a real browser against the demo of a real gateway. One worker: the stories share its matters.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

const port = Number(process.env.E2E_PORT ?? 18_480);
const binary = process.env.E2E_BINARY ?? "../../target/debug/onematter";
const address = `127.0.0.1:${port}`;

const scratch = process.env.E2E_SCRATCH ?? mkdtempSync(join(tmpdir(), "onematter-e2e-"));
// the workers read this file again, and must find the same directory
process.env.E2E_SCRATCH = scratch;

/** The gateway that people sign in to. */
export const guarded = { binary, data: join(scratch, "guarded"), address: `127.0.0.1:${port + 1}` };

const server = (command: string, at: string) => ({
  command,
  url: `http://${at}/readyz`,
  timeout: 120_000,
  reuseExistingServer: false,
  stdout: "ignore" as const,
  stderr: "ignore" as const,
  gracefulShutdown: { signal: "SIGTERM" as const, timeout: 10_000 },
});

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  workers: 1,
  // a story that passes only when it is tried again is told as flaky, with its trace; a gate does not stop for it
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    baseURL: `http://${address}`,
    locale: "zh-CN",
    timezoneId: "America/New_York",
    // a motion that a slow machine cuts short may never end
    contextOptions: { reducedMotion: "reduce" },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: [
    server(`exec ${binary} demo --data ${join(scratch, "demo")} --listen ${address}`, address),
    // a county of its own without development users, for signing in
    server(
      `${binary} import directory ../../domain/templates/directory-530322.toml --data ${guarded.data} && ` +
        `exec ${binary} serve --data ${guarded.data} --listen ${guarded.address}`,
      guarded.address,
    ),
  ],
});
