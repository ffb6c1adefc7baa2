// The permits of a matter as a table. A long one draws the rows in sight only; sorting is over all of them.
import { Button, Table } from "antd";
import type { ColumnsType } from "antd/es/table";
import { type ComponentProps, createContext, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../app/session";
import { CardMarks } from "../cards/CardMark";
import { StatusTag } from "../ui/Status";
import { LONG, useWindow } from "../ui/window";
import { days } from "../ui/words";
import type { Row } from "./rows";

interface Order {
  column: string;
  descending: boolean;
}

const promised = (row: Row) => row.permit.clock?.promised?.due ?? "9";
const statutory = (row: Row) => row.permit.clock?.statutory?.due ?? "9";
const ORDERS: Record<string, (a: Row, b: Row) => number> = {
  permit: (a, b) => a.key.localeCompare(b.key, undefined, { numeric: true }),
  body: (a, b) => a.permit.lead.localeCompare(b.permit.lead),
  promised: (a, b) => promised(a).localeCompare(promised(b)),
  statutory: (a, b) => statutory(a).localeCompare(statutory(b)),
};

export function Permits({ rows, choose, chosen }: { rows: readonly Row[]; choose: (code: string) => void; chosen: string | undefined }) {
  const { t } = useTranslation();
  const { bodyName } = useDirectory();
  // of a permit without a term by law, what is left of the promised one
  const left = (row: Row) => {
    const clock = row.permit.clock?.statutory ?? row.permit.clock?.promised;
    if (!clock || clock.state === "ENDED") return "—";
    if (clock.overdue) return <span className="om-late">{t("matter.overdueBy", { days: days(t, clock.overdueDays, clock.unit) })}</span>;
    return days(t, clock.left, clock.unit);
  };
  const [order, setOrder] = useState<Order>();
  const sortable = (column: string) => ({
    key: column,
    sorter: true,
    sortOrder: order?.column === column ? (order.descending ? ("descend" as const) : ("ascend" as const)) : null,
  });
  const columns: ColumnsType<Row> = [
    {
      ...sortable("permit"),
      title: t("matter.permit"),
      render: (_, row) => (
        <>
          <Button type="link" style={{ padding: 0, fontWeight: row.critical ? 700 : 400 }} onClick={() => choose(row.key)}>
            {row.key} {row.permit.name}
          </Button>{" "}
          <CardMarks counts={row.cards} />
        </>
      ),
    },
    { ...sortable("body"), title: t("matter.body"), responsive: ["sm"], render: (_, row) => bodyName(row.permit.lead) },
    { title: t("matter.status"), render: (_, row) => <StatusTag status={row.status} /> },
    {
      ...sortable("promised"),
      title: t("matter.promisedDue"),
      responsive: ["md"],
      className: "om-num",
      render: (_, row) => row.permit.clock?.promised?.due ?? "—",
    },
    {
      ...sortable("statutory"),
      title: t("matter.statutoryDue"),
      responsive: ["md"],
      className: "om-num",
      render: (_, row) => row.permit.clock?.statutory?.due ?? "—",
    },
    { title: t("matter.left"), render: (_, row) => left(row) },
    {
      title: t("matter.slackShort"),
      responsive: ["lg"],
      className: "om-num",
      render: (_, row) => {
        const slack = row.forecast?.decideSlackWorkingDays;
        return slack == null ? "—" : days(t, slack, "WORKING_DAYS");
      },
    },
    { title: t("matter.forecast"), responsive: ["lg"], className: "om-num", render: (_, row) => row.forecast?.issue ?? "—" },
  ];
  const sorted = useMemo(() => {
    const by = order && ORDERS[order.column];
    if (!by) return rows;
    return [...rows].sort((a, b) => (order.descending ? -by(a, b) : by(a, b)));
  }, [rows, order]);

  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(39);
  const span = useWindow(box, sorted.length, height);
  useEffect(() => {
    const measured = box.current?.querySelector("tbody tr.ant-table-row")?.getBoundingClientRect().height;
    if (measured && Math.abs(measured - height) > 0.5) setHeight(measured);
  });
  const long = sorted.length > LONG;
  const components = useMemo(
    () => (long ? { table: counted(sorted.length), body: { wrapper: Spaced } } : undefined),
    [long, sorted.length],
  );
  return (
    <div ref={box}>
      <Gaps value={{ above: span.from * height, below: (sorted.length - span.to) * height }}>
        <Table<Row>
          style={{ marginTop: 12 }}
          size="small"
          rowKey="key"
          columns={columns}
          components={components}
          dataSource={sorted.slice(span.from, span.to)}
          pagination={false}
          onChange={(_, __, sorter) => {
            const one = Array.isArray(sorter) ? sorter[0] : sorter;
            setOrder(one?.order ? { column: String(one.columnKey), descending: one.order === "descend" } : undefined);
          }}
          onRow={(_, index) => (long ? { "aria-rowindex": span.from + (index ?? 0) + 2 } : {})}
          rowClassName={(row) => (row.key === chosen ? "ant-table-row-selected" : "")}
          scroll={{ x: "max-content" }}
        />
      </Gaps>
    </div>
  );
}

/** The heights of what is not drawn above and below. */
const Gaps = createContext({ above: 0, below: 0 });

function Spaced({ children, ...given }: ComponentProps<"tbody">) {
  const { above, below } = useContext(Gaps);
  return (
    <tbody {...given}>
      {above ? <tr aria-hidden="true" style={{ height: above }} /> : null}
      {children}
      {below ? <tr aria-hidden="true" style={{ height: below }} /> : null}
    </tbody>
  );
}

/** A table that says how many rows it has, drawn or not. */
const counted = (rows: number) =>
  function Counted(given: ComponentProps<"table">) {
    return <table {...given} aria-rowcount={rows + 1} />;
  };
