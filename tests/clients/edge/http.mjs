// The server audit of npm graphql-http, each of its checks; MAY and SHOULD count like MUST.
import { serverAudits } from "graphql-http";

const EXPECTED = 61;

/** What each check came to: `{ name, why }`, `why` empty where it holds. */
export async function audit(base) {
  const known = (url, init = {}) =>
    fetch(url, { ...init, headers: { ...init.headers, authorization: "Bearer dev:lead" } });
  const audits = serverAudits({ url: `${base}/graphql`, fetchFn: known });
  const results = [{ name: `the audit has ${EXPECTED} checks`, why: audits.length === EXPECTED ? "" : `${audits.length}` }];
  for (const { id, name, fn } of audits) {
    const result = await fn();
    results.push({ name: `${id} ${name}`, why: result.status === "ok" ? "" : `${result.status}: ${result.reason}` });
  }
  return results;
}
