// Where everything in the chart stands, in pixels. Days come from the server; nothing here counts working days.
//
// Invariant: the same rows and scale give the same picture. Deliberately absent: colours, texts, events.

export type Day = string;

/** Days since 1970-01-01 of an ISO date. */
export const dayNumber = (day: Day): number => Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000);
/** The ISO date of a day number. */
export const dayOf = (number: number): Day => new Date(number * 86_400_000).toISOString().slice(0, 10);

export type Zoom = "day" | "week" | "month";
export const PX_PER_DAY: Record<Zoom, number> = { day: 26, week: 9, month: 3.2 };
export const ROW = 32;
export const BAR = 16;
export const HEAD = 46;

/** An edge of the permit graph as drawn: from one row's end to another's gate. */
export interface EdgeIn {
  from: string;
  gate: "ACCEPT" | "DECIDE" | "ISSUE" | "AFTER_ISSUE";
}

export interface RowIn {
  key: string;
  group: string;
  /** First day of the bar; none where nothing is known of it. */
  start?: Day;
  /** Last day of the bar. */
  end?: Day;
  /** How far it is fact and not forecast. */
  worked?: Day;
  /** Last day of the limit. */
  due?: Day;
  stops: readonly { from: Day; until: Day }[];
  debts: readonly { due: Day; overdue: boolean }[];
  edges: readonly EdgeIn[];
  critical: boolean;
  /** The bar it would have in another case, where it would be another. */
  ghost?: { start: Day; end: Day };
}

export interface Bar {
  key: string;
  row: number;
  x: number;
  y: number;
  width: number;
  worked: number;
  dueX?: number;
  stops: { x: number; width: number }[];
  debts: { x: number; overdue: boolean; day: Day }[];
  critical: boolean;
  ghost?: { x: number; width: number };
}

export interface Edge {
  from: string;
  to: string;
  path: string;
  critical: boolean;
  /** The highest and the lowest of the rows that it joins. */
  top: number;
  bottom: number;
}

export interface Group {
  name: string;
  y: number;
}

export interface Layout {
  from: Day;
  to: Day;
  width: number;
  height: number;
  groups: Group[];
  bars: Bar[];
  edges: Edge[];
  /** Row keys from top to bottom, without the group lines. */
  order: string[];
  x: (day: Day) => number;
}

/** The first and last day to be shown: all that is known and today, with a margin. */
export function range(rows: readonly RowIn[], today: Day): [Day, Day] {
  let low = dayNumber(today);
  let high = low;
  const see = (day: Day | undefined) => {
    if (!day) return;
    const number = dayNumber(day);
    low = Math.min(low, number);
    high = Math.max(high, number);
  };
  for (const row of rows) {
    for (const day of [row.start, row.end, row.due, row.ghost?.start, row.ghost?.end]) see(day);
    for (const debt of row.debts) see(debt.due);
    for (const stop of row.stops) see(stop.until);
  }
  return [dayOf(low - 4), dayOf(high + 12)];
}

export function layout(rows: readonly RowIn[], today: Day, zoom: Zoom): Layout {
  const [from, to] = range(rows, today);
  const px = PX_PER_DAY[zoom];
  const origin = dayNumber(from);
  const x = (day: Day) => (dayNumber(day) - origin) * px;
  const groups: Group[] = [];
  const bars: Bar[] = [];
  const order: string[] = [];
  let y = 0;
  for (const row of rows) {
    if (groups.at(-1)?.name !== row.group) {
      groups.push({ name: row.group, y });
      y += ROW;
    }
    bars.push(bar(row, order.length, y, x, px));
    order.push(row.key);
    y += ROW;
  }
  return {
    from,
    to,
    width: (dayNumber(to) - origin + 1) * px,
    height: y,
    groups,
    bars,
    edges: edges(rows, bars),
    order,
    x,
  };
}

function bar(row: RowIn, index: number, y: number, x: (day: Day) => number, px: number): Bar {
  const shared = {
    key: row.key,
    row: index,
    y,
    dueX: row.due ? x(row.due) + px : undefined,
    debts: row.debts.map((debt) => ({ x: x(debt.due) + px / 2, overdue: debt.overdue, day: debt.due })),
    critical: row.critical,
    ghost: row.ghost && { x: x(row.ghost.start), width: Math.max(x(row.ghost.end) + px - x(row.ghost.start), 3) },
  };
  if (!row.start) return { ...shared, x: 0, width: 0, worked: 0, stops: [] };
  // a day is drawn from its beginning to its end, so the last day belongs to the bar
  const left = x(row.start);
  const right = (day: Day) => Math.max(x(day) + px, left + 3);
  const width = right(row.end && row.end >= row.start ? row.end : row.start) - left;
  const worked = row.worked && row.worked >= row.start ? Math.min(right(row.worked) - left, width) : 0;
  const stops = row.stops.map((stop) => ({ x: x(stop.from), width: Math.max(x(stop.until) + px - x(stop.from), 3) }));
  return { ...shared, x: left, width, worked, stops };
}

function edges(rows: readonly RowIn[], bars: readonly Bar[]): Edge[] {
  const byKey = new Map(bars.map((bar) => [bar.key, bar]));
  return rows.flatMap((row) => {
    const to = byKey.get(row.key);
    if (!to?.width) return [];
    return row.edges.flatMap((edge) => {
      const from = byKey.get(edge.from);
      if (!from?.width) return [];
      const critical = from.critical && to.critical;
      const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y) + ROW];
      return [{ from: from.key, to: to.key, path: path(from, to, edge.gate), critical, top, bottom }];
    });
  });
}

/** From the end of one bar to the gate of another: its beginning for acceptance, its end for decision and issue. */
function path(from: Bar, to: Bar, gate: EdgeIn["gate"]): string {
  const [x0, y0] = [from.x + from.width, from.y + ROW / 2];
  const down = to.y > from.y;
  if (gate === "ACCEPT") {
    const [x1, y1] = [to.x, to.y + ROW / 2];
    const turn = x0 + 6;
    if (turn <= x1 - 6) return `M${x0} ${y0}H${turn}V${y1}H${x1}`;
    const between = down ? to.y + 2 : to.y + ROW - 2;
    return `M${x0} ${y0}H${turn}V${between}H${x1 - 8}V${y1}H${x1}`;
  }
  const x1 = to.x + to.width - 4;
  const edge = down ? to.y + (ROW - BAR) / 2 : to.y + (ROW + BAR) / 2;
  if (x0 <= x1) return `M${x0} ${y0}H${x1}V${edge}`;
  const between = down ? to.y + 2 : to.y + ROW - 2;
  return `M${x0} ${y0}H${x0 + 6}V${between}H${x1}V${edge}`;
}

export interface Tick {
  x: number;
  day: Day;
  label: string;
  month: boolean;
}

/** Labels of the axis: each month, and within it days, weeks or nothing. */
export function ticks(layout: Layout, zoom: Zoom): Tick[] {
  const [first, last] = [dayNumber(layout.from), dayNumber(layout.to)];
  const out: Tick[] = [];
  for (let number = first; number <= last; number++) {
    const day = dayOf(number);
    const dom = Number(day.slice(8));
    const monday = (number + 3) % 7 === 0;
    if (dom === 1 || number === first) out.push({ x: layout.x(day), day, label: day.slice(0, 7), month: true });
    if (zoom === "day" || (zoom === "week" && monday)) {
      out.push({ x: layout.x(day), day, label: day.slice(8), month: false });
    }
  }
  return out;
}

/** What of the chart lies between two heights: bars and lines of groups in it, edges that cross it. */
export function between(layout: Layout, top: number, bottom: number): Pick<Layout, "bars" | "groups" | "edges"> {
  const inside = ({ y }: { y: number }) => y + ROW > top && y < bottom;
  return {
    bars: layout.bars.filter(inside),
    groups: layout.groups.filter(inside),
    edges: layout.edges.filter((edge) => edge.bottom > top && edge.top < bottom),
  };
}

/** The row above or below. */
export function beside(layout: Layout, key: string, step: 1 | -1): string | undefined {
  const at = layout.order.indexOf(key);
  return layout.order[at + step];
}

/** The nearest prerequisite (−1) or dependent (+1), by row. */
export function along(layout: Layout, key: string, step: 1 | -1): string | undefined {
  const [mine, other] = step < 0 ? (["to", "from"] as const) : (["from", "to"] as const);
  const here = layout.order.indexOf(key);
  const ends = layout.edges.filter((edge) => edge[mine] === key).map((edge) => edge[other]);
  const distance = (candidate: string) => Math.abs(layout.order.indexOf(candidate) - here);
  return ends.sort((a, b) => distance(a) - distance(b))[0];
}
