// Meetings and their tasks as sheets.
import type { TFunction } from "i18next";
import type { Directory } from "../app/session";
import { signed } from "../desk/sheet";
import type { Column } from "../ui/excel";
import type { MeetingLine } from "./Meetings";
import type { Task } from "./Tasks";

type Names = (matter: string) => string;

export const meetingColumns = (t: TFunction, { officerName }: Directory, matterName: Names): Column<MeetingLine>[] => [
  { heading: t("meeting.on"), kind: "date", value: (meeting) => meeting.on },
  { heading: t("meeting.title"), value: (meeting) => meeting.title },
  { heading: t("meeting.matters"), value: (meeting) => meeting.matters.map(matterName).join("，") },
  { heading: t("meeting.place"), value: (meeting) => meeting.place },
  { heading: t("meeting.chair"), value: (meeting) => meeting.chair && officerName(meeting.chair) },
  { heading: t("matter.status"), value: (meeting) => t(`meeting.phase.${meeting.phase}`) },
  { heading: t("meeting.minutes"), value: (meeting) => meeting.minutes },
  { heading: t("excel.resolutions"), kind: "number", value: ({ resolutions }) => resolutions.length },
  { heading: t("excel.carriedOut"), kind: "number", value: ({ resolutions }) => resolutions.filter((one) => one.doneBy.length).length },
  { heading: t("excel.tasks"), kind: "number", value: ({ tasks }) => tasks.length },
  { heading: t("excel.tasksDone"), kind: "number", value: ({ tasks }) => tasks.filter((task) => task.state === "DONE").length },
  { heading: t("excel.tasksLate"), kind: "number", value: ({ tasks }) => tasks.filter((task) => task.overdue).length },
];

export const taskColumns = (t: TFunction, { bodyName, officerName }: Directory, matterName: Names): Column<Task>[] => [
  { heading: t("meeting.task"), value: (task) => task.text },
  { heading: t("excel.code"), kind: "number", value: (task) => task.number },
  { heading: t("meeting.title"), value: (task) => task.meetingTitle },
  { heading: t("overview.matter"), value: (task) => task.matter && matterName(task.matter) },
  { heading: t("excel.resolution"), kind: "number", value: (task) => task.resolution },
  { heading: t("meeting.owner"), value: (task) => bodyName(task.owner) },
  { heading: t("matter.status"), value: (task) => t(`meeting.state.${task.state}`) },
  { heading: t("excel.assignedOn"), kind: "date", value: (task) => task.assignedOn },
  { heading: t("excel.limit"), kind: "date", value: (task) => task.limit },
  { heading: t("excel.claimedOn"), kind: "date", value: (task) => task.claimedOn },
  { heading: t("meeting.due"), kind: "date", value: (task) => task.due },
  { heading: t("excel.leftDays"), kind: "number", value: (task) => signed(task) },
  { heading: t("excel.overdue"), value: (task) => (task.overdue ? t("excel.yes") : null) },
  { heading: t("excel.doneOn"), kind: "date", value: (task) => task.doneOn },
  {
    heading: t("excel.reports"),
    value: (task) =>
      task.reports
        .map(({ on, by, progress, returned }) => `${on} ${officerName(by)}：${progress}${returned ? `（${t("meeting.returned", { why: returned })}）` : ""}`)
        .join("\n"),
  },
];
