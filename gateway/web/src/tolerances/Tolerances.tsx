// The ledger of what was tolerated and is owed.
import { Card, Empty, Flex, Select, Table, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { Ask } from "../ui/Ask";
import { bare, days } from "../ui/words";

const TolerancesQuery = graphql(`
  query Tolerances($filter: ToleranceFilterInput, $after: String) {
    tolerances(filter: $filter, first: 200, after: $after) {
      nodes {
        matter
        matterName
        permitCode
        lead
        round
        requirement
        mode
        from
        to
        on
        due
        moved
        consequence
        form
        standing
        leftWorkingDays
        overdue
        entry
      }
    }
  }
`);

type Line = ResultOf<typeof TolerancesQuery>["tolerances"]["nodes"][number];
type Only = "live" | "overdue" | "all";

export default function Tolerances() {
  const { t } = useTranslation();
  const { bodies, bodyName } = useDirectory();
  const [params, setParams] = useSearchParams();
  const only = (params.get("only") as Only | null) ?? "live";
  const lead = params.get("body") ?? undefined;
  const filter = { ...(only === "all" ? {} : { [only]: true }), ...(lead ? { lead } : {}) };
  const [{ data, error }, again] = useQuery({
    query: TolerancesQuery,
    variables: { filter },
    requestPolicy: "cache-and-network",
  });
  const set = (name: string, value: string | undefined) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  const columns: ColumnsType<Line> = [
    {
      title: t("matter.permit"),
      render: (_, line) => (
        <>
          <Link to={`/matter/${bare(line.matter)}?permit=${line.permitCode}`} style={{ fontWeight: 600 }}>
            {line.permitCode} · {line.matterName}
          </Link>
          <div style={{ fontSize: 12 }}>{bodyName(line.lead)}</div>
        </>
      ),
    },
    { title: t("tolerance.what"), render: (_, line) => line.requirement.replace(/^\w+:/, "") },
    {
      title: t("tolerance.mode"),
      responsive: ["sm"],
      render: (_, line) => (
        <>
          {t(`mode.${line.mode}`)}
          <div style={{ fontSize: 12 }}>
            {t(`gate.${line.from}`)} → {t(`gate.${line.to}`)}
          </div>
        </>
      ),
    },
    {
      title: t("tolerance.due"),
      render: (_, line) => (
        <>
          <span className={line.overdue ? "om-num om-late" : "om-num"}>{line.due}</span>
          {line.moved ? ` ${t("tolerance.moved")}` : ""}
          <div style={{ fontSize: 12 }}>
            {line.leftWorkingDays == null
              ? null
              : line.overdue
                ? t("matter.overdueBy", { days: days(t, Math.abs(line.leftWorkingDays), "WORKING_DAYS") })
                : t("matter.leftNow", { days: days(t, line.leftWorkingDays, "WORKING_DAYS") })}
          </div>
        </>
      ),
      sorter: (a, b) => a.due.localeCompare(b.due),
    },
    { title: t("tolerance.standing"), render: (_, line) => t(`debt.${line.standing}`) },
    { title: t("tolerance.fails"), responsive: ["lg"], render: (_, line) => t(`consequence.${line.consequence}`) },
  ];
  return (
    <Card size="small">
      <Flex justify="space-between" wrap gap={12} style={{ marginBottom: 12 }}>
        <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
          {t("place.tolerances")}
        </Typography.Title>
        <Flex gap={8} wrap>
          <Select<Only>
            aria-label={t("tolerance.standing")}
            value={only}
            onChange={(value) => set("only", value)}
            options={(["live", "overdue", "all"] as const).map((value) => ({ value, label: t(`tolerance.only.${value}`) }))}
            style={{ minWidth: 130 }}
          />
          <Select
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            aria-label={t("matter.body")}
            placeholder={t("matter.body")}
            value={lead}
            onChange={(value) => set("body", value)}
            options={bodies.map(({ id }) => ({ value: id, label: bodyName(id) }))}
            style={{ minWidth: 170 }}
          />
        </Flex>
      </Flex>
      <Ask data={data?.tolerances} error={error} retry={() => again({ requestPolicy: "network-only" })}>
        {(tolerances) => (
          <Table<Line>
            size="middle"
            rowKey="entry"
            columns={columns}
            dataSource={[...tolerances.nodes]}
            pagination={{ pageSize: 25, hideOnSinglePage: true, showSizeChanger: false }}
            locale={{ emptyText: <Empty description={t("tolerance.empty")} /> }}
            scroll={{ x: "max-content" }}
          />
        )}
      </Ask>
    </Card>
  );
}
