// Handing papers in and having them back: bytes over HTTP beside the API, authorised as its calls are.
import type { Session } from "../api/session";

/** A paper as the store answers. */
export interface Stored {
  hash: string;
  size: number;
  contentType: string;
  url: string;
}

export const FAULTS = ["tooLarge", "kind", "empty", "full", "busy", "tooMany", "unreachable", "forbidden", "signedOut", "gone", "other"] as const;
export type FaultKind = (typeof FAULTS)[number];

/** Why a paper did not come or go. */
export class PaperFault extends Error {
  constructor(
    readonly kind: FaultKind,
    /** What the server said, for whoever helps. */
    readonly told: string,
    readonly traceId?: string,
  ) {
    super(told);
  }
}

/** The largest paper of an installation that sets no other limit. */
const USUAL_LIMIT = 64 * 1024 * 1024;

/** Kinds by the ending of a name, for browsers that do not know them; the server reads the bytes anyway. */
const KINDS: Record<string, string> = {
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  tif: "image/tiff",
  tiff: "image/tiff",
  ofd: "application/ofd",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
  dwg: "image/vnd.dwg",
  txt: "text/plain",
};

/** What a file dialog offers. */
export const ACCEPT = Object.keys(KINDS)
  .map((ending) => `.${ending}`)
  .join(",");

/** The kind that is said of a file: by its name, which people see; left to its bytes where that says nothing. */
export const kindOf = (name: string): string =>
  KINDS[name.slice(name.lastIndexOf(".") + 1).toLowerCase()] ?? "application/octet-stream";

/** What an answer means for the person who sent the paper. */
export function faultOf(status: number, body: string): PaperFault {
  const { message, extensions } = firstError(body);
  const kind: FaultKind =
    status === 413
      ? "tooLarge"
      : status === 415
        ? "kind"
        : status === 401
          ? "signedOut"
          : status === 403
            ? "forbidden"
            : status === 404
              ? "gone"
              : status === 507
                ? "full"
                : status === 503
                  ? "busy"
                  : status === 429
                    ? "tooMany"
                    : "other";
  return new PaperFault(kind, message || String(status), extensions?.traceId);
}

function firstError(body: string): { message?: string; extensions?: { traceId?: string } } {
  try {
    return (JSON.parse(body) as { errors?: { message?: string }[] }).errors?.[0] ?? {};
  } catch {
    return {};
  }
}

/**
 * Hands one paper in.
 *
 * @throws PaperFault where the store did not take it; nothing is kept then.
 */
export function handIn(
  file: File,
  headers: Session["headers"],
  { progress, signal }: { progress: (share: number) => void; signal: AbortSignal },
): Promise<Stored> {
  if (!file.size) return Promise.reject(new PaperFault("empty", "no bytes"));
  return new Promise((done, fail) => {
    // fetch does not say how much has gone
    const request = new XMLHttpRequest();
    request.open("POST", "/papers");
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("content-type", kindOf(file.name));
    request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0);
    request.onload = () => {
      if (request.status === 201) done(JSON.parse(request.responseText) as Stored);
      else fail(faultOf(request.status, request.responseText));
    };
    // a server that has refused by the length it was told closes before the last byte
    request.onerror = () => fail(new PaperFault(file.size > USUAL_LIMIT ? "tooLarge" : "unreachable", "no answer"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/**
 * Fetches a paper or a printed page as the signed-in person.
 *
 * @throws PaperFault where it is not given.
 */
export async function bring(url: string, headers: Session["headers"]): Promise<{ blob: Blob; name: string }> {
  let answer: Response;
  try {
    answer = await fetch(url, { headers });
  } catch (error) {
    throw new PaperFault("unreachable", (error as Error).message);
  }
  if (!answer.ok) throw faultOf(answer.status, await answer.text());
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "";
  return { blob: await answer.blob(), name };
}

/** The hashes of papers that an entry's data names, each once, in their order. */
export function hashesIn(data: unknown): string[] {
  const found = new Set<string>();
  const see = (value: unknown): void => {
    if (typeof value === "string") {
      if (/^[0-9a-f]{64}$/.test(value)) found.add(value);
    } else if (value && typeof value === "object") for (const inner of Object.values(value)) see(inner);
  };
  see(data);
  return [...found];
}
