// The county's cards as a sheet.
import type { TFunction } from "i18next";
import type { Directory } from "../app/session";
import type { Column } from "../ui/excel";
import type { Line } from "./Cards";

export const cardColumns = (t: TFunction, { bodyName }: Directory): Column<Line>[] => [
  { heading: t("card.colorLabel"), value: (line) => t(`card.color.${line.color}`) },
  { heading: t("excel.number"), kind: "number", value: (line) => line.number },
  { heading: t("overview.matter"), value: (line) => line.matterName },
  { heading: t("matter.permit"), value: (line) => line.permitCode },
  { heading: t("matter.body"), value: (line) => bodyName(line.against) },
  { heading: t("card.ground"), value: (line) => t(`card.subject.${line.subject}`) },
  { heading: t("permit.clock"), value: (line) => line.term && t(`term.${line.term}`) },
  { heading: t("tolerance.what"), value: (line) => line.requirementName },
  { heading: t("excel.issuedBy"), value: (line) => (line.byRule ? t("card.byRuleShort") : t("card.byHandShort")) },
  { heading: t("card.on"), kind: "date", value: (line) => line.on },
  { heading: t("desk.due"), kind: "date", value: (line) => line.due },
  { heading: t("tolerance.standing"), value: (line) => t(`card.standing.${line.standing}`) },
  { heading: t("excel.answered"), kind: "date", value: (line) => line.answeredOn },
  { heading: t("excel.changedOn"), kind: "date", value: (line) => line.changedOn },
];
