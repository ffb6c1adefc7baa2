import { describe, expect, it } from "vitest";
import { faultOf, hashesIn, kindOf } from "./store";

describe("a paper's kind", () => {
  it("is by the ending of its name, whatever its case, and left to its bytes otherwise", () => {
    expect(kindOf("承诺书.PDF")).toBe("application/pdf");
    expect(kindOf("总平.dwg")).toBe("image/vnd.dwg");
    expect(kindOf("无后缀")).toBe("application/octet-stream");
    expect(kindOf("a.pdf.exe")).toBe("application/octet-stream");
  });
});

describe("an answer that is no yes", () => {
  it("says what to do, and keeps what the server said", () => {
    const body = JSON.stringify({ errors: [{ message: "the paper is larger", extensions: { traceId: "t1" } }] });
    expect(faultOf(413, body)).toMatchObject({ kind: "tooLarge", told: "the paper is larger", traceId: "t1" });
    expect([415, 401, 403, 404, 507, 503, 429, 500].map((status) => faultOf(status, "").kind)).toEqual([
      "kind",
      "signedOut",
      "forbidden",
      "gone",
      "full",
      "busy",
      "tooMany",
      "other",
    ]);
    expect(faultOf(502, "<html>").told).toBe("502");
  });
});

it("finds each paper that an entry names once", () => {
  const [a, b] = ["a".repeat(64), "b".repeat(64)];
  expect(hashesIn({ notice: { number: "x", paper: a }, papers: [b, a], short: "ab", none: null })).toEqual([a, b]);
});
