// A lock file that names a registry would bind every build to that host.
import { readFileSync } from "node:fs";

const lock = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");
if (/"resolved"\s*:/.test(lock)) {
  console.error("package-lock.json names a registry: install with the .npmrc of this folder");
  process.exit(1);
}
