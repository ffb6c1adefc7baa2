// What kind of entry it is, for the ticks and the filter; by the entry's stored name.
export type Kind = "approval" | "tolerance" | "stop" | "handoff" | "card" | "time" | "correction" | "other";

export const KINDS: Record<Kind, { glyph: string; colour: string }> = {
  approval: { glyph: "✓", colour: "#00704f" },
  tolerance: { glyph: "欠", colour: "#9b2d76" },
  stop: { glyph: "‖", colour: "#555555" },
  handoff: { glyph: "⇄", colour: "#0b5cad" },
  card: { glyph: "牌", colour: "#b3261e" },
  time: { glyph: "◷", colour: "#8a5a00" },
  correction: { glyph: "更", colour: "#6a3d9a" },
  other: { glyph: "·", colour: "#444444" },
};

const RULES: readonly [RegExp, Kind][] = [
  [/^Card/, "card"],
  [/Corrected$|SetAside/, "correction"],
  [/Deemed|Overrun|Lapsed$|Overdue|Missed/, "time"],
  [/Toleran|Deficiency|Supplement|PreReview/, "tolerance"],
  [/^Clock|^Limit|DueDate/, "stop"],
  [/Handoff|Custody/, "handoff"],
  [/Approved|Denied|Issued|Revoked|Renewal/, "approval"],
];

export const kindOf = (name: string): Kind => RULES.find(([rule]) => rule.test(name))?.[1] ?? "other";
