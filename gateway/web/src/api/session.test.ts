// What the sign-in page reads from the address, and where it sends people.
import { describe, expect, it } from "vitest";
import { beginAt, came } from "./session";

const provider = { id: "county", name: { zh: "统一认证", en: "County" } };

describe("signing in at a provider", () => {
  it("comes back to the page that was open", () => {
    const to = beginAt(provider, { pathname: "/matter/abc", search: "?at=2023-07-05&sign-in=silent" });
    expect(to).toBe("/sign-in/oidc/county?back=%2Fmatter%2Fabc%3Fat%3D2023-07-05");
    expect(beginAt(provider, { pathname: "/", search: "?sign-in=silent" })).toBe("/sign-in/oidc/county?back=%2F");
  });
  it("says why nobody was signed in, and nothing that others wrote into the address", () => {
    expect(came("?sign-in=no-account")).toBe("no-account");
    expect(came("?sign-in=<b>pay here</b>")).toBeUndefined();
    expect(came("")).toBeUndefined();
  });
});
