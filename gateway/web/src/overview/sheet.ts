// The overview's matters as a sheet.
import type { TFunction } from "i18next";
import type { Directory } from "../app/session";
import type { Column } from "../ui/excel";
import type { Summary } from "./Matters";

const STAGES = ["PROJECT_AND_LAND", "CONSTRUCTION", "WORKS", "COMPLETION"] as const;

export function matterColumns(t: TFunction, { bodyName, officerName }: Directory): Column<Summary>[] {
  const step = (matter: Summary) => matter.outlook?.critical[0];
  const who = (matter: Summary) => {
    const now = step(matter);
    return now && (now.body ? bodyName(now.body) : t(`mover.${now.mover}`));
  };
  return [
    { heading: t("overview.matter"), value: (matter) => matter.name },
    { heading: t("matter.code"), value: (matter) => matter.code },
    { heading: t("operations.kind"), value: (matter) => matter.kind },
    { heading: t("matter.status"), value: (matter) => t(`phase.${matter.phase}`) },
    { heading: t("meeting.place"), value: (matter) => matter.place },
    { heading: t("matter.lead"), value: (matter) => matter.lead && officerName(matter.lead) },
    { heading: t("excel.matterPermits"), kind: "number", value: (matter) => matter.pressure.permits },
    { heading: t("matter.done"), kind: "number", value: (matter) => matter.pressure.done },
    ...STAGES.map((stage): Column<Summary> => ({
      heading: t(`stage.${stage}`),
      value: (matter) => {
        const found = matter.stages.find((one) => one.stage === stage);
        return found && `${found.done}/${found.permits}`;
      },
    })),
    { heading: t("matter.target"), kind: "date", value: (matter) => matter.target },
    { heading: t("overview.completion"), kind: "date", value: (matter) => matter.outlook?.completion },
    { heading: t("matter.provisional"), value: (matter) => (matter.outlook?.provisional ? t("excel.yes") : null) },
    { heading: t("excel.slack"), kind: "number", value: (matter) => matter.outlook?.slackDays },
    { heading: t("overview.moves"), value: who },
    { heading: t("matter.permit"), value: (matter) => step(matter)?.name },
    {
      heading: t("desk.task"),
      value: (matter) => {
        const task = step(matter)?.task;
        return task && t(`task.${task}`);
      },
    },
    { heading: t("excel.waitsSince"), kind: "date", value: (matter) => step(matter)?.since },
    { heading: t("overview.late"), kind: "number", value: (matter) => matter.pressure.overdue },
    { heading: t("overview.debts"), kind: "number", value: (matter) => matter.pressure.debts },
    { heading: t("overview.debtsOverdue"), kind: "number", value: (matter) => matter.pressure.debtsOverdue },
    { heading: t("card.color.RED"), kind: "number", value: (matter) => matter.pressure.cardsRed },
    { heading: t("card.color.YELLOW"), kind: "number", value: (matter) => matter.pressure.cardsYellow },
    { heading: t("overview.next"), kind: "date", value: (matter) => matter.pressure.nextDue },
    { heading: t("overview.orders.LAST_CHANGE"), kind: "date", value: (matter) => matter.changedOn },
  ];
}

/**
 * In the order of the screen. The pages are read by name, which does not change while one reads: by the last change, a
 * matter that changes meanwhile would leave the pages still to come.
 */
export function inOrder(matters: readonly Summary[], order: "NAME" | "TARGET" | "LAST_CHANGE"): Summary[] {
  const sorted = [...matters];
  if (order === "TARGET") sorted.sort((a, b) => (a.target ?? "9").localeCompare(b.target ?? "9"));
  if (order === "LAST_CHANGE") sorted.sort((a, b) => b.changedOn.localeCompare(a.changedOn));
  return sorted;
}
