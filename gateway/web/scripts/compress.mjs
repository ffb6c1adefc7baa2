// Writes .br and .gz beside what compresses, so that the gateway never compresses at run time, and says the sizes.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist", import.meta.url).pathname;
const files = (dir) =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });

for (const path of files(dist)) {
  if (!/\.(html|js|css|svg|json)$/.test(path)) continue;
  const bytes = readFileSync(path);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  const [br, gz] = [brotliCompressSync(bytes, quality), gzipSync(bytes, { level: 9 })];
  writeFileSync(`${path}.br`, br);
  writeFileSync(`${path}.gz`, gz);
  console.log(`${path.slice(dist.length + 1)}  ${bytes.length}  gzip ${gz.length}  br ${br.length}`);
}
