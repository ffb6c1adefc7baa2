// What clients that others wrote expect of the edge: the audit of GraphQL over HTTP (npm graphql-http), and the
// protocol graphql-transport-ws message by message (npm ws). Prints a table and "N passed, 0 failed". Run by
// `make test-edge`, which builds the server and installs what is needed.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { audit } from "./http.mjs";
import { probe } from "./socket.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const binary = join(root, "target/debug/onematter");

/** A server on a directory of its own and a port that the system chose. */
async function start() {
  const data = mkdtempSync(join(tmpdir(), "onematter-edge-"));
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ONEMATTER_")));
  const flags = ["serve", "--dev", "--data", data, "--listen", "127.0.0.1:0"];
  const child = spawn(binary, flags, { env: { ...environment, NO_COLOR: "1" }, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const base = await new Promise((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      const found = /GraphQL\s+(http:\/\/\S+)\/graphql/.exec(said);
      if (found) resolve(found[1]);
    });
    child.on("error", reject);
    child.on("exit", (status) => reject(new Error(`the server ended with status ${status}: ${said}`)));
  });
  const stop = () =>
    new Promise((resolve) => {
      child.removeAllListeners("exit");
      child.on("exit", (status) => {
        rmSync(data, { recursive: true });
        resolve(status);
      });
      child.kill("SIGTERM");
    });
  return { base, stop };
}

const server = await start();
const results = [...(await audit(server.base)), ...(await probe(server.base))];
const status = await server.stop();
results.push({ name: "the server lives to the end and drains", why: status === 0 ? "" : `status ${status}` });
for (const { name, why } of results) console.log(`${why ? "FAILED" : "ok    "}  ${name}${why ? ` -- ${why}` : ""}`);
const failed = results.filter(({ why }) => why).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
