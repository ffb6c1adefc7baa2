// What departments achieved in a period (部门效能): on time, working days taken, what ran out, back-filling, tolerances kept.
import { Card, DatePicker, Empty, Flex, Segmented, Table, Tooltip, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import dayjs from "dayjs";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useQuery, useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { useAgainAt } from "../ui/pages";
import { beginning, PERIODS, type Period } from "./periods";
import { departmentColumns, kindColumns } from "./sheet";

const DayQuery = graphql(`
  query PerformanceDay {
    me {
      today
    }
  }
`);

const PerformanceQuery = graphql(`
  query Performance($from: Date!, $to: Date!) {
    departmentPerformance(from: $from, to: $to) {
      body
      decided
      limited
      onTime
      onTimeRate
      medianWorkingDays
      kinds {
        name
        nature
        decided
        limited
        onTime
        medianWorkingDays
      }
      overdue {
        terms
        handoffs
        opinions
        total
      }
      entries
      backfilled
      backfillRate
      tolerances {
        granted
        kept
        lapsed
        open
      }
    }
  }
`);

const Changed = graphql(`
  subscription PerformanceChanged {
    overviewChanged {
      position
      pending
      day
    }
  }
`);

export type Row = ResultOf<typeof PerformanceQuery>["departmentPerformance"][number];
export type KindRow = Row["kinds"][number];

export default function PerformancePage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [{ data: day, error }, again] = useQuery({ query: DayQuery });
  const today = day?.me.today;
  const period = PERIODS.find((period) => period === params.get("period")) ?? "YEAR";
  const [from, to] = [params.get("from") ?? (today && beginning(period, today)), params.get("to") ?? today];
  const own = params.has("from");
  const choose = (next: Record<string, string>) => setParams(next);
  return (
    <Card size="small">
      <Typography.Title level={1} style={{ fontSize: 22, margin: "0 0 12px" }}>
        {t("place.performance")}
      </Typography.Title>
      <Ask data={from && to ? { from, to } : undefined} error={error} retry={() => again({ requestPolicy: "network-only" })}>
        {({ from, to }) => (
          <>
            <Flex gap={8} wrap align="center" style={{ marginBottom: 12 }}>
              <Segmented<Period | "OWN">
                aria-label={t("performance.period")}
                value={own ? "OWN" : period}
                onChange={(value) => choose(value === "OWN" ? { from, to } : { period: value })}
                options={[
                  ...PERIODS.map((value) => ({ value, label: t(`performance.periods.${value}`) })),
                  { value: "OWN" as const, label: t("performance.periods.OWN") },
                ]}
              />
              {own ? (
                <DatePicker.RangePicker
                  aria-label={t("performance.period")}
                  allowClear={false}
                  value={[dayjs(from), dayjs(to)]}
                  onChange={(range) => {
                    const [first, last] = range ?? [];
                    if (first && last) choose({ from: first.format("YYYY-MM-DD"), to: last.format("YYYY-MM-DD") });
                  }}
                />
              ) : (
                <Typography.Text type="secondary" className="om-num">
                  {t("performance.between", { from, to })}
                </Typography.Text>
              )}
            </Flex>
            <Departments from={from} to={to} />
          </>
        )}
      </Ask>
    </Card>
  );
}

function Departments({ from, to }: { from: string; to: string }) {
  const { t } = useTranslation();
  const directory = useDirectory();
  const { bodyName } = directory;
  const [{ data, error, fetching, stale }, ask] = useQuery({ query: PerformanceQuery, variables: { from, to } });
  const again = () => ask({ requestPolicy: "network-only" });
  const [{ data: change }] = useSubscription({ query: Changed });
  useAgainAt(change?.overviewChanged, again, fetching || stale);
  const number = (part: number, link?: string): ReactNode =>
    part && link ? <Link to={link}>{part}</Link> : <span>{part || "—"}</span>;
  const columns: ColumnsType<Row> = [
    {
      title: t("matter.body"),
      fixed: "left",
      className: "om-fixed-name",
      sorter: (a, b) => bodyName(a.body).localeCompare(bodyName(b.body), "zh-CN"),
      render: (_, row) => (
        <Link to={`/desk?body=${encodeURIComponent(row.body)}`} style={{ fontWeight: 600 }}>
          {bodyName(row.body)}
        </Link>
      ),
    },
    { title: t("performance.decided"), align: "right", className: "om-num", sorter: (a, b) => a.decided - b.decided, render: (_, row) => number(row.decided) },
    {
      title: t("performance.onTime"),
      align: "right",
      className: "om-num",
      sorter: (a, b) => (a.onTimeRate ?? 2) - (b.onTimeRate ?? 2),
      render: (_, row) => <Share rate={row.onTimeRate} part={row.onTime} whole={row.limited} good={(rate) => rate >= 1} />,
    },
    {
      title: (
        <Tooltip title={t("performance.medianWhy")}>
          <span>{t("performance.median")}</span>
        </Tooltip>
      ),
      align: "right",
      className: "om-num",
      sorter: (a, b) => (a.medianWorkingDays ?? -1) - (b.medianWorkingDays ?? -1),
      render: (_, row) => row.medianWorkingDays ?? "—",
    },
    {
      title: t("performance.overdue"),
      align: "right",
      className: "om-num",
      sorter: (a, b) => a.overdue.total - b.overdue.total,
      render: (_, { body, overdue }) =>
        overdue.total ? (
          <>
            <span className="om-late">{overdue.total}</span>
            <div className="om-under">
              {(["terms", "handoffs", "opinions"] as const)
                .filter((what) => overdue[what])
                .map((what) => t(`performance.${what}`, { count: overdue[what] }))
                .join("、")}
            </div>
            <Link className="om-under" to={`/tolerances?tab=cards&cards=all&body=${encodeURIComponent(body)}`}>
              {t("card.cards")}
            </Link>
          </>
        ) : (
          "—"
        ),
    },
    {
      title: (
        <Tooltip title={t("performance.backfillWhy")}>
          <span>{t("performance.backfill")}</span>
        </Tooltip>
      ),
      align: "right",
      className: "om-num",
      sorter: (a, b) => (a.backfillRate ?? -1) - (b.backfillRate ?? -1),
      render: (_, row) => <Share rate={row.backfillRate} part={row.backfilled} whole={row.entries} good={(rate) => rate === 0} />,
    },
    {
      title: t("performance.tolerances"),
      align: "right",
      className: "om-num",
      sorter: (a, b) => a.tolerances.granted - b.tolerances.granted,
      render: (_, { body, tolerances }) =>
        tolerances.granted ? (
          <>
            {number(tolerances.granted, `/tolerances?only=all&body=${encodeURIComponent(body)}`)}
            <div className="om-under">
              {(["kept", "open", "lapsed"] as const)
                .filter((what) => tolerances[what])
                .map((what) => (
                  <span key={what} className={what === "lapsed" ? "om-late" : undefined}>
                    {t(`performance.${what}`, { count: tolerances[what] })}{" "}
                  </span>
                ))}
            </div>
          </>
        ) : (
          "—"
        ),
    },
  ];
  return (
    <Ask data={data?.departmentPerformance} error={error} retry={again}>
      {(rows) => (
        <>
          <Flex style={{ marginBottom: 12 }}>
            <ExportButton
              title={t("place.performance")}
              chosen={[t("performance.between", { from, to })]}
              gather={async ({ client }) => {
                const answer = await client.query(PerformanceQuery, { from, to }, { requestPolicy: "network-only" }).toPromise();
                if (!answer.data) throw answer.error ?? new Error("no answer");
                const all = answer.data.departmentPerformance;
                const kinds = all.flatMap(({ body, kinds }) => kinds.map((kind) => ({ body, ...kind })));
                return {
                  sheets: [
                    sheetOf(t("place.performance"), departmentColumns(t, directory), all),
                    sheetOf(t("performance.kinds"), kindColumns(t, directory), kinds),
                  ],
                };
              }}
            />
          </Flex>
          <Table<Row>
            className="om-wide"
            size="middle"
            rowKey="body"
            columns={columns}
            dataSource={rows}
            pagination={false}
            locale={{ emptyText: <Empty description={t("performance.none")} /> }}
            scroll={{ x: "max-content" }}
            expandable={{
              rowExpandable: ({ kinds }) => kinds.length > 0,
              expandedRowRender: ({ kinds }) => <Kinds kinds={kinds} />,
              expandIcon: ({ expanded, expandable, onExpand, record }) =>
                expandable ? (
                  <button
                    type="button"
                    className="om-expand"
                    aria-expanded={expanded}
                    aria-label={t("performance.kindsOf", { body: bodyName(record.body) })}
                    onClick={(event) => onExpand(record, event)}
                  >
                    {expanded ? "−" : "+"}
                  </button>
                ) : null,
            }}
          />
          <Typography.Paragraph type="secondary" style={{ fontSize: 12, margin: "12px 0 0" }}>
            {t("performance.about")}
          </Typography.Paragraph>
        </>
      )}
    </Ask>
  );
}

/** A share of a whole with what it is made of; none where there was nothing. */
function Share({ rate, part, whole, good }: { rate: number | null; part: number; whole: number; good: (rate: number) => boolean }) {
  if (rate === null) return <>—</>;
  return (
    <>
      <span className={good(rate) ? undefined : "om-late"}>{percent(rate)}</span>
      <div className="om-under">
        {part}/{whole}
      </div>
    </>
  );
}

const percent = (rate: number): string => `${Math.round(rate * 1000) / 10}%`;

function Kinds({ kinds }: { kinds: readonly KindRow[] }) {
  const { t } = useTranslation();
  return (
    <Table<KindRow>
      size="small"
      rowKey={({ name, nature }) => `${name} ${nature}`}
      dataSource={[...kinds]}
      pagination={false}
      columns={[
        { title: t("performance.kind"), dataIndex: "name" },
        { title: t("operations.kind"), render: (_, kind) => t(`performance.nature.${kind.nature}`) },
        { title: t("performance.decided"), align: "right", className: "om-num", dataIndex: "decided" },
        {
          title: t("performance.onTime"),
          align: "right",
          className: "om-num",
          render: (_, kind) => (kind.limited ? `${kind.onTime}/${kind.limited}` : "—"),
        },
        { title: t("performance.median"), align: "right", className: "om-num", render: (_, kind) => kind.medianWorkingDays ?? "—" },
      ]}
    />
  );
}
