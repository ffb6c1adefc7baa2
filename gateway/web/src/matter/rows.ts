// A matter's permits as rows of the chart and of the table: facts where there are any, the forecast elsewhere.
import { type Color, openCards } from "../cards/CardMark";
import { standing, type PermitStatus } from "../ui/Status";
import { beijingDay } from "../ui/words";
import type { Day, RowIn } from "./gantt/geometry";
import type { Forecast, Matter, Permit } from "./query";

export interface Row extends RowIn {
  permit: Permit;
  status: PermitStatus;
  forecast: Forecast["permits"][number] | undefined;
  owes: boolean;
  cards: Record<Color, number>;
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

/** The days of each permit in another forecast, by its code. */
export type Ghosts = ReadonlyMap<string, { accept: Day; issue: Day }>;

/** The bar that a row would have, if it would be another. */
function ghostOf(row: Pick<RowIn, "start" | "end">, begun: boolean, other: { accept: Day; issue: Day } | undefined): RowIn["ghost"] {
  if (!other) return undefined;
  const start = begun && row.start ? row.start : other.accept;
  return start === row.start && other.issue === row.end ? undefined : { start, end: other.issue };
}

export function rowsOf(matter: Matter, choice: Choice, name: (group: string) => string, ghosts?: Ghosts): Row[] {
  const today = beijingDay(matter.asOf);
  const forecasts = new Map(matter.forecast?.permits.map((forecast) => [forecast.permit, forecast]));
  const stages = matter.stages.map((stage) => stage.stage);
  const key = (permit: Permit) => (choice.by === "stage" ? permit.stage : permit.lead);
  const rows = matter.permits.map((permit): Row => {
    const forecast = forecasts.get(permit.code);
    const { round } = permit;
    const ended = round?.certificate?.on ?? (FINISHED.has(permit.status) ? (round?.endedOn ?? round?.decision?.on) : undefined);
    const tolerances = permit.tolerances.filter((tolerance) => tolerance.live);
    const start = round?.receivedOn ?? forecast?.accept;
    const end = ended ?? forecast?.issue ?? round?.decision?.on ?? (round ? today : undefined);
    const cards = openCards(permit.cards);
    return {
      key: permit.code,
      group: name(key(permit)),
      start,
      end,
      ghost: ended ? undefined : ghostOf({ start, end }, !!round, ghosts?.get(permit.code)),
      cards,
      worked: round ? (ended ?? today) : undefined,
      due: permit.clock?.promised?.due ?? permit.clock?.statutory?.due ?? (round ? undefined : forecast?.due),
      stops: (round?.suspensions ?? [])
        // one resumed on its first day has excluded no day
        .filter((stop) => stop.until || !stop.resumedOn)
        .map((stop) => ({ from: stop.from, until: stopEnd(stop, today) })),
      debts: tolerances.map((tolerance) => ({ due: tolerance.due.date, overdue: tolerance.overdue })),
      edges: permit.prerequisites.flatMap((edge) => (edge.permit ? [{ from: edge.permit, gate: edge.gateNow }] : [])),
      critical: forecast?.critical ?? false,
      permit,
      status: standing(permit.status, permit.ready),
      forecast,
      owes: tolerances.length > 0,
      atRisk: !!permit.lateBy || tolerances.some((tolerance) => tolerance.overdue) || !!permit.handoff?.overdue || cards.RED > 0,
    };
  });
  return rows
    .filter((row) => (!choice.onlyCritical || row.critical) && (!choice.onlyAtRisk || row.atRisk))
    .sort((a, b) =>
      choice.by === "stage" ? stages.indexOf(a.permit.stage) - stages.indexOf(b.permit.stage) : a.group.localeCompare(b.group),
    );
}
