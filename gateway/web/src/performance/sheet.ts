// Departments' performance as sheets: by department, and by kind of permit in each.
import type { TFunction } from "i18next";
import type { Directory } from "../app/session";
import type { Column } from "../ui/excel";
import type { KindRow, Row } from "./PerformancePage";

export const departmentColumns = (t: TFunction, { bodyName }: Directory): Column<Row>[] => [
  { heading: t("matter.body"), value: (row) => bodyName(row.body) },
  { heading: t("performance.decided"), kind: "number", value: (row) => row.decided },
  { heading: t("performance.limited"), kind: "number", value: (row) => row.limited },
  { heading: t("performance.onTimeCount"), kind: "number", value: (row) => row.onTime },
  { heading: t("performance.onTimeRate"), kind: "number", value: (row) => row.onTimeRate },
  { heading: t("performance.median"), kind: "number", value: (row) => row.medianWorkingDays },
  { heading: t("performance.overdue"), kind: "number", value: (row) => row.overdue.total },
  { heading: t("performance.overdueTerms"), kind: "number", value: (row) => row.overdue.terms },
  { heading: t("performance.overdueHandoffs"), kind: "number", value: (row) => row.overdue.handoffs },
  { heading: t("performance.overdueOpinions"), kind: "number", value: (row) => row.overdue.opinions },
  { heading: t("performance.entries"), kind: "number", value: (row) => row.entries },
  { heading: t("performance.backfilled"), kind: "number", value: (row) => row.backfilled },
  { heading: t("performance.backfillRate"), kind: "number", value: (row) => row.backfillRate },
  { heading: t("performance.granted"), kind: "number", value: (row) => row.tolerances.granted },
  { heading: t("performance.keptCount"), kind: "number", value: (row) => row.tolerances.kept },
  { heading: t("performance.lapsedCount"), kind: "number", value: (row) => row.tolerances.lapsed },
  { heading: t("performance.openCount"), kind: "number", value: (row) => row.tolerances.open },
];

export const kindColumns = (t: TFunction, { bodyName }: Directory): Column<KindRow & { body: string }>[] => [
  { heading: t("matter.body"), value: (row) => bodyName(row.body) },
  { heading: t("performance.kind"), value: (row) => row.name },
  { heading: t("operations.kind"), value: (row) => t(`performance.nature.${row.nature}`) },
  { heading: t("performance.decided"), kind: "number", value: (row) => row.decided },
  { heading: t("performance.limited"), kind: "number", value: (row) => row.limited },
  { heading: t("performance.onTimeCount"), kind: "number", value: (row) => row.onTime },
  { heading: t("performance.median"), kind: "number", value: (row) => row.medianWorkingDays },
];
