// A desk as a sheet.
import type { TFunction } from "i18next";
import type { Directory } from "../app/session";
import type { Column } from "../ui/excel";
import type { Task } from "./DeskTable";

export const deskColumns = (t: TFunction, { bodyName }: Directory): Column<Task>[] => [
  { heading: t("desk.task"), value: (task) => t(`task.${task.kind}`) },
  { heading: t("overview.matter"), value: (task) => task.matterName },
  { heading: t("excel.code"), value: (task) => task.permitCode },
  { heading: t("desk.about"), value: (task) => task.requirementName },
  { heading: t("card.card"), kind: "number", value: (task) => task.card },
  { heading: t("desk.body"), value: (task) => bodyName(task.body) },
  { heading: t("excel.since"), kind: "date", value: (task) => task.since },
  { heading: t("desk.due"), kind: "date", value: (task) => task.due },
  { heading: t("excel.leftDays"), kind: "number", value: (task) => signed(task) },
  { heading: t("excel.overdue"), value: (task) => (task.overdue ? t("excel.yes") : null) },
  { heading: t("excel.weight"), value: (task) => t(`weight.${task.weight}`) },
];

/** Working days left, below zero once it is late. */
export const signed = ({ leftWorkingDays: left, overdue }: { leftWorkingDays: number | null; overdue: boolean }): number | null =>
  left !== null && overdue ? -Math.abs(left) : left;
