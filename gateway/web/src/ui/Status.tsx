// A permit's standing: colour, glyph and pattern together, so that none of them has to be seen.
import { useTranslation } from "react-i18next";

export interface Look {
  fill: string;
  glyph: string;
  hatch?: boolean;
  /** Text that stands on the fill. */
  ink?: string;
}

export type PermitStatus =
  | "PLANNED"
  | "READY"
  | "RECEIVED"
  | "AWAITING_CORRECTION"
  | "PRE_REVIEW"
  | "IN_REVIEW"
  | "CLOCK_STOPPED"
  | "APPROVED"
  | "ISSUED"
  | "DENIED"
  | "NOT_ACCEPTED"
  | "WITHDRAWN"
  | "LAPSED"
  | "REVOKED"
  | "NOT_APPLICABLE";

export const LOOKS: Record<PermitStatus, Look> = {
  PLANNED: { fill: "#F0F0F0", glyph: "○" },
  READY: { fill: "#D6EAF8", glyph: "▷" },
  RECEIVED: { fill: "#A9D6F5", glyph: "收" },
  AWAITING_CORRECTION: { fill: "#FFF1B8", glyph: "补" },
  PRE_REVIEW: { fill: "#C9E6F8", glyph: "预" },
  IN_REVIEW: { fill: "#56B4E9", glyph: "▶" },
  CLOCK_STOPPED: { fill: "#FFFFFF", glyph: "‖", hatch: true },
  APPROVED: { fill: "#7FCFB4", glyph: "✓" },
  ISSUED: { fill: "#009E73", glyph: "✓" },
  DENIED: { fill: "#D55E00", glyph: "✕" },
  NOT_ACCEPTED: { fill: "#EBA06B", glyph: "退" },
  WITHDRAWN: { fill: "#DADADA", glyph: "撤" },
  LAPSED: { fill: "#E3B7D1", glyph: "失" },
  REVOKED: { fill: "#D55E00", glyph: "销" },
  NOT_APPLICABLE: { fill: "#FAFAFA", glyph: "—" },
};

export const DEBT: Look = { fill: "#F6DCED", glyph: "欠" };

/** Planned and free to begin is a standing of its own on the screen. */
export const standing = (status: string, ready: boolean): PermitStatus =>
  status === "PLANNED" && ready ? "READY" : (status as PermitStatus);

export function StatusTag({ status }: { status: PermitStatus }) {
  const { t } = useTranslation();
  const look = LOOKS[status];
  return (
    <span className="om-status">
      <span className={`om-mark${look.hatch ? " om-hatch" : ""}`} style={{ background: look.fill }} aria-hidden="true">
        {look.hatch ? "" : look.glyph}
      </span>
      {t(`status.${status}`)}
    </span>
  );
}
