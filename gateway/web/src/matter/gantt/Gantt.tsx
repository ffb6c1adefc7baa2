// Every permit of a matter on one chart. The names are buttons that the keyboard walks; the picture repeats them in SVG.
import type { TFunction } from "i18next";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { CardMarks } from "../../cards/CardMark";
import { useWindow } from "../../ui/window";
import { days } from "../../ui/words";
import { DEBT, LOOKS } from "../../ui/Status";
import type { CalendarDay } from "../query";
import type { Row } from "../rows";
import { along, BAR, beside, between, HEAD, layout, PX_PER_DAY, ROW, ticks, type Zoom } from "./geometry";
import "./gantt.css";

const DUSK = "#D55E00";
const GHOST = "#6a3d9a";

export function Gantt({
  rows,
  today,
  zoom,
  calendar,
  chosen,
  choose,
  name,
  bodyName,
  flash,
}: {
  rows: readonly Row[];
  today: string;
  zoom: Zoom;
  calendar: readonly CalendarDay[];
  chosen: string | undefined;
  choose: (code: string) => void;
  name: string;
  bodyName: (id: string) => string;
  flash: string | undefined;
}) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const placed = useMemo(() => layout(rows, today, zoom), [rows, today, zoom]);
  const px = PX_PER_DAY[zoom];
  const todayX = placed.x(today);
  const names = useRef<HTMLOListElement>(null);
  const span = useWindow(names, placed.height / ROW, ROW, frame);
  const shown = useMemo(() => between(placed, span.from * ROW, span.to * ROW), [placed, span]);

  // today stands a third from the left when the chart is opened or its scale changes
  useEffect(() => {
    if (frame.current) frame.current.scrollLeft = Math.max(0, todayX - frame.current.clientWidth / 3);
  }, [todayX]);

  // a row that is not drawn is scrolled to first, and has the focus once it is there
  const wanted = useRef<string>(undefined);
  const button = (code: string) => frame.current?.querySelector<HTMLButtonElement>(`[data-code="${CSS.escape(code)}"]`);
  const bring = (code: string) => {
    const bar = placed.bars.find((bar) => bar.key === code);
    const box = frame.current;
    if (bar && box && (bar.y < box.scrollTop || bar.y + ROW + HEAD > box.scrollTop + box.clientHeight)) {
      box.scrollTop = bar.y - box.clientHeight / 2;
    }
  };
  const focus = (code: string) => {
    if (!button(code)) bring(code);
    wanted.current = code;
    button(code)?.focus();
  };
  useEffect(() => {
    if (!wanted.current) return;
    const found = button(wanted.current);
    if (!found) return;
    found.focus();
    wanted.current = undefined;
  });
  useEffect(() => {
    if (chosen) bring(chosen);
    // only when another permit is looked at
  }, [chosen]);

  const onKey = (event: React.KeyboardEvent, code: string) => {
    const moves: Record<string, () => string | undefined> = {
      ArrowDown: () => beside(placed, code, 1),
      ArrowUp: () => beside(placed, code, -1),
      ArrowLeft: () => along(placed, code, -1),
      ArrowRight: () => along(placed, code, 1),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const to = move();
    if (to) focus(to);
  };

  const marks = ticks(placed, zoom);
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return (
    <section className="om-gantt" ref={frame} aria-label={t("matter.chartLabel", { name, count: rows.length })}>
      <div className="om-gantt-grid" style={{ width: `calc(var(--om-labels) + ${placed.width}px)` }}>
        <div className="om-gantt-corner" style={{ height: HEAD }}>
          {t("matter.permit")}
        </div>
        <svg className="om-gantt-axis" width={placed.width} height={HEAD} aria-hidden="true">
          {marks.map((mark) =>
            mark.month ? (
              <g key={`m${mark.day}`}>
                <line x1={mark.x} x2={mark.x} y1={0} y2={HEAD} stroke="#c8ccd2" />
                <text x={mark.x + 4} y={17} fontSize={12} fontWeight={600}>
                  {mark.label}
                </text>
              </g>
            ) : (
              <text key={mark.day} x={mark.x + 2} y={38} fontSize={11} fill="#555">
                {mark.label}
              </text>
            ),
          )}
          <g transform={`translate(${todayX + px / 2} ${HEAD - 15})`}>
            <rect x={-18} width={36} height={15} rx={3} fill="#0b5cad" />
            <text y={11.5} fontSize={11} fill="#fff" textAnchor="middle">
              {t("matter.today")}
            </text>
          </g>
        </svg>
        <ol ref={names} className="om-gantt-labels" style={{ height: placed.height }}>
          {shown.groups.map((group) => (
            <li key={group.name} className="om-gantt-group" style={{ top: group.y, height: ROW }}>
              {group.name}
            </li>
          ))}
          {shown.bars.map((bar) => {
            const row = byKey.get(bar.key);
            if (!row) return null;
            return (
              <li key={bar.key} style={{ top: bar.y, height: ROW }} aria-setsize={placed.order.length} aria-posinset={bar.row + 1}>
                <button
                  type="button"
                  data-code={bar.key}
                  className={`om-gantt-label${row.critical ? " is-critical" : ""}${flash === bar.key ? " om-flash" : ""}`}
                  aria-pressed={chosen === bar.key}
                  aria-label={spoken(row, t, bodyName)}
                  onClick={() => choose(bar.key)}
                  onKeyDown={(event) => onKey(event, bar.key)}
                >
                  <span>
                    {bar.key} {row.permit.name}
                  </span>
                  <CardMarks counts={row.cards} />
                  <small>{bodyName(row.permit.lead)}</small>
                </button>
              </li>
            );
          })}
        </ol>
        <svg className="om-gantt-chart" width={placed.width} height={placed.height} aria-hidden="true">
          <defs>
            <pattern id="om-hatch" width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width={5} height={5} fill="#fff" />
              <rect width={2} height={5} fill="#666" />
            </pattern>
            <marker id="om-tip" viewBox="0 0 6 6" refX={5} refY={3} markerWidth={6} markerHeight={6} orient="auto">
              <path d="M0 0L6 3L0 6z" fill="context-stroke" />
            </marker>
          </defs>
          <Days calendar={calendar} x={placed.x} px={px} height={placed.height} />
          {shown.groups.map((group) => (
            <rect key={group.name} y={group.y} width={placed.width} height={ROW} fill="#eef0f4" />
          ))}
          {shown.edges.map((edge) => {
            const near = edge.from === chosen || edge.to === chosen;
            return (
              <path
                key={`${edge.from}-${edge.to}-${edge.path}`}
                d={edge.path}
                fill="none"
                stroke={edge.critical ? DUSK : near ? "#0b3d91" : "#b4b9c2"}
                strokeWidth={edge.critical || near ? 1.6 : 1}
                markerEnd="url(#om-tip)"
              />
            );
          })}
          {shown.bars.map((bar) => {
            const row = byKey.get(bar.key);
            return row ? <Bar key={bar.key} bar={bar} row={row} chosen={chosen === bar.key} choose={choose} /> : null;
          })}
          <line x1={todayX + px / 2} x2={todayX + px / 2} y1={0} y2={placed.height} stroke="#0b5cad" strokeWidth={1.5} />
        </svg>
      </div>
    </section>
  );
}

function Bar({
  bar,
  row,
  chosen,
  choose,
}: {
  bar: ReturnType<typeof layout>["bars"][number];
  row: Row;
  chosen: boolean;
  choose: (code: string) => void;
}) {
  const look = row.owes && row.status !== "ISSUED" ? { ...LOOKS[row.status], fill: DEBT.fill } : LOOKS[row.status];
  const top = bar.y + (ROW - BAR) / 2;
  const stroke = bar.critical ? DUSK : "#8a919c";
  return (
    // the same act is on the row's name, which the keyboard reaches
    <g onClick={() => choose(bar.key)} style={{ cursor: "pointer" }}>
      {chosen ? <rect y={bar.y} x={0} width="100%" height={ROW} fill="#0b5cad" opacity={0.08} /> : null}
      {bar.width ? (
        <>
          <rect x={bar.x} y={top} width={bar.width} height={BAR} rx={3} fill={LOOKS.PLANNED.fill} />
          {bar.worked || row.status === "ISSUED" ? (
            <rect x={bar.x} y={top} width={bar.worked} height={BAR} rx={3} fill={look.hatch ? "#cfe6f5" : look.fill} />
          ) : (
            <rect x={bar.x} y={top} width={bar.width} height={BAR} rx={3} fill={look.fill} />
          )}
          {bar.stops.map((stop) => (
            <rect key={stop.x} x={stop.x} y={top} width={stop.width} height={BAR} fill="url(#om-hatch)" />
          ))}
          <rect
            x={bar.x}
            y={top}
            width={bar.width}
            height={BAR}
            rx={3}
            fill="none"
            stroke={stroke}
            strokeWidth={bar.critical ? 2 : 1}
            strokeDasharray={bar.worked ? undefined : "3 2"}
          />
          <text x={bar.x + 4} y={top + 12.5} fontSize={11}>
            {look.hatch ? "‖" : look.glyph}
          </text>
          {row.owes ? (
            <text x={bar.x + 18} y={top + 12.5} fontSize={11}>
              {DEBT.glyph}
            </text>
          ) : null}
        </>
      ) : null}
      {bar.ghost ? (
        <rect
          x={bar.ghost.x}
          y={top - 3}
          width={bar.ghost.width}
          height={BAR + 6}
          rx={4}
          fill={GHOST}
          fillOpacity={0.1}
          stroke={GHOST}
          strokeWidth={1.5}
          strokeDasharray="5 3"
        />
      ) : null}
      {bar.dueX === undefined ? null : (
        <line
          x1={bar.dueX}
          x2={bar.dueX}
          y1={bar.y + 3}
          y2={bar.y + ROW - 3}
          stroke={row.permit.lateBy ? "#b3261e" : "#222"}
          strokeWidth={row.permit.lateBy ? 3 : 2}
          strokeDasharray={row.permit.lateBy ? undefined : "2 2"}
        />
      )}
      {bar.debts.map((debt) => (
        <g key={debt.day}>
          <path
            d={`M${debt.x} ${top + 1}l7 7l-7 7l-7 -7z`}
            fill={debt.overdue ? "#b3261e" : "#fff"}
            stroke="#9b2d76"
            strokeWidth={1.6}
          />
          <text x={debt.x + 10} y={top + 12} fontSize={10} fill="#7d1f5c">
            {debt.day.slice(5)}
          </text>
        </g>
      ))}
    </g>
  );
}

function Days({
  calendar,
  x,
  px,
  height,
}: {
  calendar: readonly CalendarDay[];
  x: (day: string) => number;
  px: number;
  height: number;
}) {
  const fill = { WEEKEND: "#f3f4f6", HOLIDAY: "#fdeceb", MAKE_UP: "#e9f5ef", WORKING: "" };
  return (
    <g>
      {calendar.map((day) =>
        day.kind === "WORKING" ? null : (
          <rect key={day.date} x={x(day.date)} width={px} height={height} fill={fill[day.kind]} />
        ),
      )}
    </g>
  );
}

/** What a row says aloud. */
function spoken(row: Row, t: TFunction, bodyName: (id: string) => string): string {
  const { permit, forecast } = row;
  const late = permit.lateBy;
  return [
    `${permit.code} ${permit.name}`,
    bodyName(permit.lead),
    t(`status.${row.status}`),
    row.due && `${t("permit.due")} ${row.due}`,
    late && `${t(`term.${late.term}`)} ${t("matter.overdueBy", { days: days(t, late.days, late.unit) })}`,
    forecast && `${t("matter.forecast")} ${forecast.issue}`,
    row.critical && t("matter.critical"),
    row.owes && t("matter.debts"),
    row.cards.RED > 0 && t("card.counted", { count: row.cards.RED, color: t("card.color.RED") }),
    row.cards.YELLOW > 0 && t("card.counted", { count: row.cards.YELLOW, color: t("card.color.YELLOW") }),
    row.ghost && t("whatif.wouldBe", { start: row.ghost.start, end: row.ghost.end }),
  ]
    .filter(Boolean)
    .join("，");
}
