// The access log (访问记录) of a day: who was denied what, and who read what is protected, as it is written down.
import { DatePicker, Empty, Flex, Select, Table, Tag, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import dayjs from "dayjs";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { looks, useDirectory } from "../app/session";
import { recordOf } from "../persons/subject";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { type Column, sheetOf } from "../ui/excel";
import { More } from "../ui/More";
import { usePages } from "../ui/pages";
import { bare, beijing } from "../ui/words";

const AccessLogQuery = graphql(`
  query AccessLog($day: Date, $officer: ID, $kind: AccessKind, $after: String) {
    accessLog(day: $day, officer: $officer, kind: $kind, first: 100, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        at
        kind
        officer
        body
        action
        rule
        about
        times
      }
    }
  }
`);

const TodayQuery = graphql(`
  query AccessLogToday {
    me {
      today
    }
  }
`);

const pick = (data: ResultOf<typeof AccessLogQuery>) => data.accessLog;

type Entry = ResultOf<typeof AccessLogQuery>["accessLog"]["nodes"][number];
type Kind = Entry["kind"];

/** What was denied, in words; the code of a command's refusal stays a code, as the refusal showed it. */
function wanted(t: TFunction, action: string | null): string {
  return action ? t(`accessLog.actions.${action}`, { defaultValue: action }) : "";
}

const kindOf = (t: TFunction, id: string): string => t(`accessLog.things.${id.slice(0, id.indexOf(":"))}`, { defaultValue: id });

export function AccessLog() {
  const { t } = useTranslation();
  const directory = useDirectory();
  const { me, officers, officerName, bodyName } = directory;
  const [{ data: today }] = useQuery({ query: TodayQuery });
  const [params, setParams] = useSearchParams();
  const [day, officer, kind] = [params.get("day") ?? today?.me.today, params.get("officer"), params.get("kind") as Kind | null];
  const variables = day ? { day, officer, kind } : null;
  const pages = usePages(AccessLogQuery, variables, pick);
  const set = (name: string, value: string | null | undefined) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  const thing = (id: string) =>
    id.startsWith("matter:") && looks(me) ? (
      <Link to={`/matter/${bare(id)}`}>{kindOf(t, id)}</Link>
    ) : id.startsWith("vault:") ? (
      <Link to={recordOf(id)} title={id}>
        {kindOf(t, id)}
      </Link>
    ) : id.startsWith("body:") ? (
      `${kindOf(t, id)} ${bodyName(id)}`
    ) : (
      <Typography.Text copyable={{ text: id }} title={id}>
        {kindOf(t, id)}
      </Typography.Text>
    );
  const columns: ColumnsType<Entry> = [
    { title: t("accessLog.at"), render: (_, entry) => <span className="om-num">{beijing(entry.at)}</span> },
    {
      title: t("accessLog.who"),
      render: (_, entry) => (
        <>
          {officerName(entry.officer)}
          <div style={{ fontSize: 12 }}>{bodyName(entry.body)}</div>
        </>
      ),
    },
    {
      title: t("accessLog.what"),
      render: (_, entry) => (
        <>
          <Tag color={entry.kind === "DENIED" ? "red" : "blue"}>{t(`accessLog.kinds.${entry.kind}`)}</Tag>
          {wanted(t, entry.action)}
          {entry.times > 1 ? ` × ${entry.times}` : ""}
        </>
      ),
    },
    {
      title: t("accessLog.about"),
      render: (_, entry) => (
        <Flex vertical>
          {entry.about.slice(0, 5).map((id) => (
            <span key={id}>{thing(id)}</span>
          ))}
          {entry.about.length > 5 ? t("accessLog.more", { count: entry.about.length - 5 }) : null}
        </Flex>
      ),
    },
    { title: t("accessLog.rule"), render: (_, entry) => entry.rule },
  ];
  const sheet: Column<Entry>[] = [
    { heading: t("accessLog.at"), value: (entry) => beijing(entry.at) },
    { heading: t("excel.account"), value: (entry) => bare(entry.officer) },
    { heading: t("accessLog.who"), value: (entry) => officerName(entry.officer) },
    { heading: t("matter.body"), value: (entry) => bodyName(entry.body) },
    { heading: t("accessLog.kind"), value: (entry) => t(`accessLog.kinds.${entry.kind}`) },
    { heading: t("accessLog.what"), value: (entry) => wanted(t, entry.action) },
    { heading: t("accessLog.times"), kind: "number", value: (entry) => entry.times },
    { heading: t("accessLog.about"), value: (entry) => entry.about.join("\n") },
    { heading: t("accessLog.rule"), value: (entry) => entry.rule },
  ];
  return (
    <>
      <Typography.Paragraph type="secondary">{t("accessLog.explained")}</Typography.Paragraph>
      <Flex gap={8} wrap style={{ marginBottom: 12 }}>
        <DatePicker
          aria-label={t("accessLog.day")}
          allowClear={false}
          value={day ? dayjs(day) : null}
          maxDate={today ? dayjs(today.me.today) : undefined}
          onChange={(value) => set("day", value?.format("YYYY-MM-DD"))}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          aria-label={t("accessLog.who")}
          placeholder={t("accessLog.who")}
          value={officer ?? undefined}
          onChange={(value) => set("officer", value)}
          options={officers.map(({ id }) => ({ value: id, label: officerName(id) }))}
          style={{ minWidth: 220 }}
        />
        <Select<Kind>
          allowClear
          aria-label={t("accessLog.kind")}
          placeholder={t("accessLog.kind")}
          value={kind ?? undefined}
          onChange={(value) => set("kind", value)}
          options={(["DENIED", "READ"] as const).map((value) => ({ value, label: t(`accessLog.kinds.${value}`) }))}
          style={{ minWidth: 140 }}
        />
        <ExportButton
          title={t("accessLog.title")}
          chosen={[day, officer && officerName(officer), kind && t(`accessLog.kinds.${kind}`)]}
          gather={async (run) => {
            const { nodes } = await run.all(AccessLogQuery, { day, officer, kind }, pick);
            return { sheets: [sheetOf(t("accessLog.title"), sheet, nodes)] };
          }}
        />
      </Flex>
      <Ask data={pages.nodes} error={pages.error} retry={pages.again}>
        {(nodes) => (
          <>
            <Table<Entry>
              size="small"
              rowKey={(entry) => `${entry.at} ${entry.officer} ${entry.action} ${entry.about.join(" ")}`}
              columns={columns}
              dataSource={[...nodes]}
              pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
              locale={{ emptyText: <Empty description={t("accessLog.empty")} /> }}
              scroll={{ x: "max-content" }}
            />
            <More shown={nodes.length} more={pages.more} busy={pages.busy} />
          </>
        )}
      </Ask>
    </>
  );
}
