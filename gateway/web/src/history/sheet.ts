// A matter's history as a sheet.
import type { TFunction } from "i18next";
import type { Directory } from "../app/session";
import type { Column } from "../ui/excel";
import type { Entry } from "./history";
import { kindOf } from "./kinds";

export const entryColumns = (t: TFunction, { bodyName, officerName }: Directory, english: boolean): Column<Entry>[] => [
  { heading: "#", kind: "number", value: (entry) => entry.revision },
  { heading: t("replay.entry"), value: (entry) => (english ? entry.sentence : entry.sentenceZh) },
  { heading: t("replay.type"), value: (entry) => t(`replay.kind.${kindOf(entry.name)}`) },
  { heading: t("matter.permit"), value: (entry) => entry.permit },
  { heading: t("replay.effective"), kind: "date", value: (entry) => entry.effectiveOn },
  { heading: t("replay.recorded"), kind: "time", value: (entry) => entry.recorded },
  { heading: t("permit.backfilled"), value: (entry) => (entry.backfilled ? t("excel.yes") : null) },
  { heading: t("excel.lateRecorded"), kind: "number", value: (entry) => (entry.backfilled ? entry.recordedLateWorkingDays : null) },
  { heading: t("replay.body"), value: (entry) => bodyName(entry.body) },
  { heading: t("replay.person"), value: (entry) => officerName(entry.actor) },
  { heading: t("excel.enteredBy"), value: (entry) => (entry.enteredBy ? officerName(entry.enteredBy) : null) },
  { heading: t("excel.entryId"), value: (entry) => entry.id },
];
