// The ledger of tolerances as a sheet.
import type { TFunction } from "i18next";
import type { Directory } from "../app/session";
import { signed } from "../desk/sheet";
import type { Column } from "../ui/excel";
import type { Line } from "./Tolerances";

export const toleranceColumns = (t: TFunction, { bodyName }: Directory): Column<Line>[] => [
  { heading: t("overview.matter"), value: (line) => line.matterName },
  { heading: t("matter.permit"), value: (line) => line.permitCode },
  { heading: t("matter.body"), value: (line) => bodyName(line.lead) },
  { heading: t("excel.round"), kind: "number", value: (line) => line.round },
  { heading: t("tolerance.what"), value: (line) => line.requirementName },
  { heading: t("tolerance.mode"), value: (line) => t(`mode.${line.mode}`) },
  { heading: t("excel.from"), value: (line) => t(`gate.${line.from}`) },
  { heading: t("excel.to"), value: (line) => t(`gate.${line.to}`) },
  { heading: t("excel.grantedOn"), kind: "date", value: (line) => line.on },
  { heading: t("tolerance.due"), kind: "date", value: (line) => line.due },
  { heading: t("tolerance.moved"), value: (line) => (line.moved ? t("excel.yes") : null) },
  { heading: t("excel.leftDays"), kind: "number", value: (line) => signed(line) },
  { heading: t("excel.overdue"), value: (line) => (line.overdue ? t("excel.yes") : null) },
  { heading: t("tolerance.standing"), value: (line) => t(`debt.${line.standing}`) },
  { heading: t("tolerance.fails"), value: (line) => t(`consequence.${line.consequence}`) },
  { heading: t("paper.commitment"), value: (line) => line.form },
];
