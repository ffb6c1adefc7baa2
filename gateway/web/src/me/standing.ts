// Stand-in officers (AB岗) as they are read and taken away.
import type { TFunction } from "i18next";
import { graphql, type ResultOf } from "../api/graphql";
import type { Directory, Me } from "../app/session";
import type { Column } from "../ui/excel";

export const StandInParts = graphql(`
  fragment StandInParts on StandIn @_unmask {
    principal
    standIn
    body
    from
    to
    reason
    grantedBy
    grantedOn
    endedOn
    endedBy
    endReason
    holdsToday
  }
`);

export type StandIn = ResultOf<typeof StandInParts>;

export type Standing = "HOLDS" | "COMES" | "ENDED" | "OVER";

/** How a delegation stands on the day that the server counts. */
export function standingOf({ holdsToday, endedOn, from }: Pick<StandIn, "holdsToday" | "endedOn" | "from">, today: string): Standing {
  if (endedOn) return "ENDED";
  if (holdsToday) return "HOLDS";
  return from > today ? "COMES" : "OVER";
}

/** Whether one may name stand-ins, and of which body only; the server decides. */
export function grantsFor(me: Pick<Me, "roles" | "body"> | undefined): { body?: string } | undefined {
  if (me?.roles.includes("SECURITY_ADMINISTRATOR")) return {};
  return me?.roles.some((role) => role === "HEAD" || role === "GOVERNMENT_HEAD") ? { body: me.body } : undefined;
}

export const standInColumns = (t: TFunction, { bodyName, officerName }: Directory, today: string): Column<StandIn>[] => [
  { heading: t("matter.body"), value: (row) => bodyName(row.body) },
  { heading: t("standIn.principal"), value: (row) => officerName(row.principal) },
  { heading: t("standIn.standIn"), value: (row) => officerName(row.standIn) },
  { heading: t("standIn.from"), kind: "date", value: (row) => row.from },
  { heading: t("standIn.to"), kind: "date", value: (row) => row.to },
  { heading: t("matter.status"), value: (row) => t(`standIn.standing.${standingOf(row, today)}`) },
  { heading: t("standIn.reason"), value: (row) => row.reason },
  { heading: t("standIn.grantedBy"), value: (row) => officerName(row.grantedBy) },
  { heading: t("standIn.grantedOn"), kind: "date", value: (row) => row.grantedOn },
  { heading: t("standIn.endedOn"), kind: "date", value: (row) => row.endedOn },
  { heading: t("standIn.endedBy"), value: (row) => row.endedBy && officerName(row.endedBy) },
  { heading: t("standIn.endReason"), value: (row) => row.endReason },
];
