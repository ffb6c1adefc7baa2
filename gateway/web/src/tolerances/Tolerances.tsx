// The ledger of what was tolerated and is owed.
import { Empty, Flex, Select, Table } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { PaperLink } from "../papers/Papers";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { More } from "../ui/More";
import { useAgainAt, usePages } from "../ui/pages";
import { bare, days } from "../ui/words";
import { toleranceColumns } from "./sheet";

const TolerancesQuery = graphql(`
  query Tolerances($filter: ToleranceFilterInput, $after: String) {
    tolerances(filter: $filter, first: 100, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        matter
        matterName
        permitCode
        lead
        round
        requirementName
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
        commitment
      }
    }
  }
`);

export const LedgerChanged = graphql(`
  subscription LedgerChanged {
    overviewChanged {
      position
      pending
      day
    }
  }
`);

const pick = (data: ResultOf<typeof TolerancesQuery>) => data.tolerances;

export type Line = ResultOf<typeof TolerancesQuery>["tolerances"]["nodes"][number];
type Only = "live" | "overdue" | "all";

export function Tolerances() {
  const { t } = useTranslation();
  const directory = useDirectory();
  const { bodies, bodyName } = directory;
  const [params, setParams] = useSearchParams();
  const only = (params.get("only") as Only | null) ?? "live";
  const lead = params.get("body") ?? undefined;
  const filter = { ...(only === "all" ? {} : { [only]: true }), ...(lead ? { lead } : {}) };
  const pages = usePages(TolerancesQuery, { filter }, pick);
  const [{ data: change }] = useSubscription({ query: LedgerChanged });
  useAgainAt(change?.overviewChanged, pages.again);
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
    { title: t("tolerance.what"), render: (_, line) => line.requirementName },
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
    {
      title: t("paper.commitment"),
      responsive: ["md"],
      render: (_, line) => <PaperLink hash={line.commitment} label={t("paper.open")} />,
    },
  ];
  return (
    <>
      <Flex gap={8} wrap style={{ marginBottom: 12 }}>
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
        <ExportButton
          title={t("tolerance.ledger")}
          chosen={[t(`tolerance.only.${only}`), lead && bodyName(lead)]}
          gather={async (run) => {
            const { nodes } = await run.all(TolerancesQuery, { filter }, pick);
            return { sheets: [sheetOf(t("tolerance.ledger"), toleranceColumns(t, directory), nodes)] };
          }}
        />
      </Flex>
      <Ask data={pages.nodes} error={pages.error} retry={pages.again}>
        {(nodes) => (
          <>
            <Table<Line>
              size="middle"
              rowKey="entry"
              columns={columns}
              dataSource={[...nodes]}
              pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
              locale={{ emptyText: <Empty description={t("tolerance.empty")} /> }}
              scroll={{ x: "max-content" }}
            />
            <More shown={nodes.length} more={pages.more} busy={pages.busy} />
          </>
        )}
      </Ask>
    </>
  );
}
