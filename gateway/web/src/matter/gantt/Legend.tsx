// What the chart's signs mean.
import { useTranslation } from "react-i18next";
import { DEBT, LOOKS } from "../../ui/Status";

const BARS = ["READY", "RECEIVED", "IN_REVIEW", "AWAITING_CORRECTION", "ISSUED", "DENIED"] as const;

export function Legend({ ghosts }: { ghosts: boolean }) {
  const { t } = useTranslation();
  return (
    <ul className="om-legend om-no-print" aria-label={t("matter.legend")}>
      {BARS.map((status) => (
        <li key={status}>
          <span className="om-mark" style={{ background: LOOKS[status].fill }} aria-hidden="true">
            {LOOKS[status].glyph}
          </span>
          {t(`status.${status}`)}
        </li>
      ))}
      <li>
        <span className="om-mark om-hatch" aria-hidden="true" />
        {t("status.CLOCK_STOPPED")}
      </li>
      <li>
        <span className="om-mark" style={{ background: DEBT.fill }} aria-hidden="true">
          {DEBT.glyph}
        </span>
        {t("matter.debts")}
      </li>
      <li>
        <span className="om-mark om-mark-critical" aria-hidden="true" />
        {t("matter.critical")}
      </li>
      <li>
        <span className="om-mark-limit" aria-hidden="true" />
        {t("matter.limit")}
      </li>
      {ghosts ? (
        <li>
          <span className="om-mark om-mark-ghost" aria-hidden="true" />
          {t("whatif.ghost")}
        </li>
      ) : null}
    </ul>
  );
}
