// Where what was found is opened, and which part of its text was looked for.
import { bare } from "../ui/words";
import type { Hit } from "./SearchPage";

export function pathOf({ kind, link, matter, meeting, permitCode }: Pick<Hit, "kind" | "link" | "matter" | "meeting" | "permitCode">): string {
  if (meeting) return `/meetings/${bare(meeting)}`;
  const at = `/matter/${bare(matter ?? link)}`;
  // an entry is shown where it can be seen what was known then
  if (kind === "ENTRY" || kind === "DOCUMENT") return `${at}/replay?entry=${encodeURIComponent(bare(link).replace(/^.*\//, ""))}`;
  return permitCode ? `${at}?permit=${permitCode}` : at;
}

export interface Part {
  at: number;
  part: string;
  found: boolean;
}

/** A text in parts: those that one of the words is, letters of either case alike, and what lies between. */
export function parts(text: string, words: readonly string[]): Part[] {
  const escaped = words.filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!escaped.length) return [{ at: 0, part: text, found: false }];
  const out: Part[] = [];
  let from = 0;
  for (const hit of text.matchAll(new RegExp(escaped.sort((a, b) => b.length - a.length).join("|"), "giu"))) {
    if (hit.index > from) out.push({ at: from, part: text.slice(from, hit.index), found: false });
    out.push({ at: hit.index, part: hit[0], found: true });
    from = hit.index + hit[0].length;
  }
  if (from < text.length) out.push({ at: from, part: text.slice(from), found: false });
  return out;
}

/** What a matter is found by besides its name; an id is left out unless it was looked for. */
export function besides(text: string, name: string, words: readonly string[]): string {
  const wanted = (part: string) => words.some((word) => part.toLowerCase().includes(word.toLowerCase()));
  return text
    .split(" · ")
    .filter((part) => part !== name && (!/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(part) || wanted(part)))
    .join(" · ");
}
