// A matter's permits as rows of the chart and of the table: facts where there are any, the forecast elsewhere.
import { standing, type PermitStatus } from "../ui/Status";
import type { Day, RowIn } from "./gantt/geometry";
import type { Forecast, Matter, Permit } from "./query";

export interface Row extends RowIn {
  permit: Permit;
  status: PermitStatus;
  forecast: Forecast["permits"][number] | undefined;
  owes: boolean;
  atRisk: boolean;
}

export interface Choice {
  by: "stage" | "body";
  onlyCritical: boolean;
  onlyAtRisk: boolean;
}

/** The last day on which a stop is known or told to last. */
function stopEnd(stop: { from: Day; until: Day | null; toldUntil: Day }, today: Day): Day {
  return stop.until ?? (stop.toldUntil > today ? stop.toldUntil : today);
}

const FINISHED: ReadonlySet<string> = new Set(["ISSUED", "DENIED", "NOT_ACCEPTED", "WITHDRAWN", "LAPSED", "REVOKED"]);

export function rowsOf(matter: Matter, choice: Choice, name: (group: string) => string): Row[] {
  const today = matter.asOf.slice(0, 10);
  const forecasts = new Map(matter.forecast?.permits.map((forecast) => [forecast.permit, forecast]));
  const stages = matter.stages.map((stage) => stage.stage);
  const key = (permit: Permit) => (choice.by === "stage" ? permit.stage : permit.lead);
  const rows = matter.permits.map((permit): Row => {
    const forecast = forecasts.get(permit.code);
    const { round } = permit;
    const ended = round?.certificate?.on ?? (FINISHED.has(permit.status) ? (round?.endedOn ?? round?.decision?.on) : undefined);
    const tolerances = permit.tolerances.filter((tolerance) => tolerance.live);
    return {
      key: permit.code,
      group: name(key(permit)),
      start: round?.receivedOn ?? forecast?.accept,
      end: ended ?? forecast?.issue ?? round?.decision?.on ?? (round ? today : undefined),
      worked: round ? (ended ?? today) : undefined,
      due: permit.clock?.promised?.due ?? permit.clock?.statutory?.due ?? (round ? undefined : forecast?.due),
      stops: (round?.suspensions ?? [])
        .filter((stop) => !stop.until || stop.until >= stop.from)
        .map((stop) => ({ from: stop.from, until: stopEnd(stop, today) })),
      debts: tolerances.map((tolerance) => ({ due: tolerance.due.date, overdue: tolerance.overdue })),
      edges: permit.prerequisites.flatMap((edge) => (edge.permit ? [{ from: edge.permit, gate: edge.gateNow }] : [])),
      critical: forecast?.critical ?? false,
      permit,
      status: standing(permit.status, permit.ready),
      forecast,
      owes: tolerances.length > 0,
      atRisk: !!permit.lateBy || tolerances.some((tolerance) => tolerance.overdue) || !!permit.handoff?.overdue,
    };
  });
  return rows
    .filter((row) => (!choice.onlyCritical || row.critical) && (!choice.onlyAtRisk || row.atRisk))
    .sort((a, b) =>
      choice.by === "stage" ? stages.indexOf(a.permit.stage) - stages.indexOf(b.permit.stage) : a.group.localeCompare(b.group),
    );
}
