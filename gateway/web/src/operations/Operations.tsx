// What the administrator keeps: the directory, the templates with their graphs, the calendar with its notices.
import { Alert, Card, Descriptions, Flex, Grid, Select, Table, Tabs, Tag, Typography } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { hasRole, useDirectory } from "../app/session";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { type PlanNode, placed } from "./graph";
import { AccessLog } from "./AccessLog";
import { Health } from "./Health";
import { bodyColumns, officerColumns } from "./sheet";
import { StandInsTab } from "./StandInsTab";

export default function Operations() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const { me } = useDirectory();
  const wide = Grid.useBreakpoint().md ?? true;
  const keeps = hasRole(me, "ADMINISTRATOR", "AUDIT_ADMINISTRATOR", "AUDITOR");
  const tabs = [
    { key: "templates", label: t("operations.templates"), children: <Templates /> },
    { key: "directory", label: t("operations.directory"), children: <DirectoryTab /> },
    { key: "standIns", label: t("standIn.title"), children: <StandInsTab /> },
    { key: "calendar", label: t("operations.calendar"), children: <CalendarTab /> },
    ...(hasRole(me, "AUDIT_ADMINISTRATOR", "AUDITOR")
      ? [{ key: "access", label: t("accessLog.title"), children: <AccessLog /> }]
      : []),
    ...(keeps ? [{ key: "health", label: t("health.title"), children: <Health /> }] : []),
  ];
  const chosen = tabs.find(({ key }) => key === params.get("tab")) ?? tabs[0];
  if (!chosen) return null;
  return (
    <Card size="small">
      <Typography.Title level={1} style={{ fontSize: 22, marginTop: 0 }}>
        {t("place.operations")}
      </Typography.Title>
      {wide ? (
        <Tabs activeKey={chosen.key} onChange={(tab) => setParams({ tab })} destroyOnHidden items={tabs} />
      ) : (
        // a row of tabs that does not fit is no list of tabs for whoever hears it
        <>
          <Select
            aria-label={t("place.operations")}
            value={chosen.key}
            onChange={(tab) => setParams({ tab })}
            options={tabs.map(({ key, label }) => ({ value: key, label }))}
            style={{ width: "100%", marginBottom: 12 }}
          />
          {chosen.children}
        </>
      )}
    </Card>
  );
}

const TemplatesQuery = graphql(`
  query Templates {
    templates {
      id
      version
      name
      kind
      permits
      definition
    }
  }
`);

/** What the console reads of a template's definition. */
interface Definition {
  permits: {
    code: string;
    name: string;
    stage: string;
    lead: string;
    statutory: { value: number; unit: string; source: string } | null;
    promised: { value: number; unit: string; source: string } | null;
    prerequisites: { gate: string; node: { permit?: string; milestone?: string } }[];
  }[];
}

function Templates() {
  const { t } = useTranslation();
  const { bodyName } = useDirectory();
  const [{ data, error }, again] = useQuery({ query: TemplatesQuery });
  const [chosen, setChosen] = useState<string>();
  return (
    <Ask data={data?.templates} error={error} retry={() => again({ requestPolicy: "network-only" })}>
      {(templates) => {
        const template = templates.find((template) => template.id === chosen) ?? templates[0];
        if (!template) return <Alert type="info" title={t("operations.noTemplates")} />;
        const definition = template.definition as Definition;
        const limit = (limit: Definition["permits"][number]["statutory"]) =>
          limit ? t(`days.${limit.unit === "working_days" ? "WORKING_DAYS" : "CALENDAR_DAYS"}`, { count: limit.value }) : "—";
        return (
          <>
            <Select
              aria-label={t("operations.templates")}
              value={template.id}
              onChange={setChosen}
              options={templates.map(({ id, name, version }) => ({ value: id, label: `${name} · v${version}` }))}
              style={{ minWidth: 260, marginBottom: 12 }}
            />
            <Graph definition={definition} name={template.name} />
            <Table
              size="small"
              rowKey="code"
              dataSource={definition.permits}
              pagination={false}
              columns={[
                { title: t("matter.permit"), render: (_, permit) => `${permit.code} ${permit.name}` },
                { title: t("matter.body"), render: (_, permit) => bodyName(`body:${permit.lead}`) },
                { title: t("permit.statutory"), render: (_, permit) => limit(permit.statutory) },
                { title: t("permit.promised"), render: (_, permit) => limit(permit.promised) },
                { title: t("permit.source"), render: (_, permit) => permit.statutory?.source ?? permit.promised?.source ?? "—" },
              ]}
            />
          </>
        );
      }}
    </Ask>
  );
}

const [BOX_W, BOX_H, GAP_X, GAP_Y] = [150, 40, 46, 16];

function Graph({ definition, name }: { definition: Definition; name: string }) {
  const { t } = useTranslation();
  const nodes = useMemo(() => {
    const plan: PlanNode[] = definition.permits.map((permit) => ({
      code: permit.code,
      name: permit.name,
      stage: permit.stage,
      needs: permit.prerequisites.flatMap((edge) => edge.node.permit ?? []),
    }));
    return placed(plan);
  }, [definition]);
  const at = new Map(nodes.map((node) => [node.code, { x: node.column * (BOX_W + GAP_X), y: node.row * (BOX_H + GAP_Y) }]));
  const width = Math.max(...nodes.map((node) => node.column + 1)) * (BOX_W + GAP_X);
  const height = Math.max(...nodes.map((node) => node.row + 1)) * (BOX_H + GAP_Y);
  const fill: Record<string, string> = { project_and_land: "#e8f1fb", construction: "#e9f7f1", works: "#fdf3dc", completion: "#f5e8f1" };
  return (
    <div style={{ overflow: "auto", marginBottom: 12 }} tabIndex={0} role="region" aria-label={t("operations.graphOf", { name })}>
      <svg width={width} height={height + 4} role="img" aria-label={t("operations.graphOf", { name })}>
        {nodes.flatMap((node) =>
          node.needs.map((need) => {
            const [from, to] = [at.get(need), at.get(node.code)];
            if (!from || !to) return null;
            const [x0, y0, x1, y1] = [from.x + BOX_W, from.y + BOX_H / 2, to.x, to.y + BOX_H / 2];
            return (
              <path
                key={`${need}-${node.code}`}
                d={`M${x0} ${y0}C${x0 + GAP_X / 2} ${y0} ${x1 - GAP_X / 2} ${y1} ${x1} ${y1}`}
                fill="none"
                stroke="#9aa3b0"
              />
            );
          }),
        )}
        {nodes.map((node) => {
          const place = at.get(node.code) ?? { x: 0, y: 0 };
          return (
            <g key={node.code} transform={`translate(${place.x} ${place.y + 2})`}>
              <title>{`${node.code} ${node.name}`}</title>
              <rect width={BOX_W} height={BOX_H} rx={5} fill={fill[node.stage] ?? "#f4f5f7"} stroke="#8a919c" />
              <text x={8} y={16} fontSize={12} fontWeight={600}>
                {node.code}
              </text>
              <text x={8} y={32} fontSize={12}>
                {node.name.length > 10 ? `${node.name.slice(0, 10)}…` : node.name}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function DirectoryTab() {
  const { t } = useTranslation();
  const directory = useDirectory();
  const { bodies, officers, bodyName, officerName, error } = directory;
  const [text, setText] = useState<string>();
  const shown = bodies.filter((body) => !text || body.id === text);
  return (
    <Ask data={bodies.length ? shown : undefined} error={error} retry={() => location.reload()}>
      {(shown) => (
        <>
          <Flex gap={8} wrap style={{ marginBottom: 12 }}>
            <Select
              allowClear
              showSearch={{ optionFilterProp: "label" }}
              aria-label={t("matter.body")}
              placeholder={t("matter.body")}
              value={text}
              onChange={setText}
              options={bodies.map(({ id }) => ({ value: id, label: bodyName(id) }))}
              style={{ minWidth: 220 }}
            />
            <ExportButton
              title={t("operations.directory")}
              chosen={[text && bodyName(text)]}
              gather={async () => ({
                sheets: [
                  sheetOf(t("excel.bodies"), bodyColumns(t, directory), shown),
                  sheetOf(t("operations.officers"), officerColumns(t, directory), officers.filter(({ body }) => !text || body === text)),
                ],
              })}
            />
          </Flex>
          <Table
            size="small"
            rowKey="id"
            dataSource={[...shown]}
            pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
            columns={[
              { title: t("matter.body"), render: (_, body) => bodyName(body.id) },
              { title: t("operations.kind"), render: (_, body) => <Tag>{t(`bodyKind.${body.kind}`)}</Tag> },
              {
                title: t("operations.officers"),
                render: (_, body) =>
                  officers
                    .filter((officer) => officer.body === body.id)
                    .map((officer) => officerName(officer.id))
                    .join("、"),
              },
            ]}
          />
        </>
      )}
    </Ask>
  );
}

const DayQuery = graphql(`
  query CalendarDay {
    me {
      today
    }
  }
`);

const YearQuery = graphql(`
  query Year($from: Date!, $to: Date!) {
    calendar(from: $from, to: $to) {
      version
      authoritativeThrough
      provisional
      days {
        date
        kind
        name
      }
      notices {
        number
        overlay
        year
        sources
        off {
          date
          holiday
        }
        makeUp {
          date
          holiday
        }
      }
    }
  }
`);

type Year = ResultOf<typeof YearQuery>["calendar"];

function CalendarTab() {
  const { t } = useTranslation();
  const [chosen, setYear] = useState<number>();
  const [{ data: day }] = useQuery({ query: DayQuery });
  const year = chosen ?? Number(day?.me.today.slice(0, 4) ?? 0);
  const [{ data, error }, again] = useQuery({
    query: YearQuery,
    variables: { from: `${year}-01-01`, to: `${year}-12-31` },
    pause: !year,
  });
  return (
    <>
      <Select
        aria-label={t("operations.year")}
        value={year || undefined}
        onChange={setYear}
        options={Array.from({ length: 24 }, (_, n) => ({ value: 2007 + n, label: String(2007 + n) }))}
        style={{ marginBottom: 12 }}
      />
      <Ask data={data?.calendar} error={error} retry={() => again({ requestPolicy: "network-only" })}>
        {(calendar) => (
          <>
            <Descriptions
              size="small"
              items={[
                { key: "through", label: t("operations.through"), children: calendar.authoritativeThrough },
                { key: "version", label: t("operations.version"), children: calendar.version },
              ]}
            />
            {calendar.provisional ? <Alert type="warning" showIcon title={t("matter.provisionalWhy")} style={{ marginBottom: 12 }} /> : null}
            <Months year={year} days={calendar.days} />
            <ul className="om-list">
              {calendar.notices
                .filter((notice) => notice.year === year || notice.overlay)
                .map((notice) => (
                  <li key={notice.number}>
                    <b>{notice.number}</b> {notice.overlay ? <Tag>{t("operations.overlay")}</Tag> : null}
                    <div style={{ fontSize: 12 }}>
                      {t("matter.makeUp")}：{notice.makeUp.map((day) => day.date.slice(5)).join("、") || "—"}
                    </div>
                  </li>
                ))}
            </ul>
          </>
        )}
      </Ask>
    </>
  );
}

function Months({ year, days }: { year: number; days: Year["days"] }) {
  const { t } = useTranslation();
  const kinds = new Map(days.map((day) => [day.date, day]));
  return (
    <div className="om-months">
      {Array.from({ length: 12 }, (_, month) => {
        const first = new Date(Date.UTC(year, month, 1));
        const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
        const blanks = (first.getUTCDay() + 6) % 7;
        return (
          <div key={first.toISOString()} role="group" aria-label={`${year}-${month + 1}`}>
            <b>{`${year}-${String(month + 1).padStart(2, "0")}`}</b>
            <div className="om-month">
              {Array.from({ length: blanks }, (_, n) => (
                <span key={`b${n}`} />
              ))}
              {Array.from({ length }, (_, n) => {
                const date = new Date(Date.UTC(year, month, n + 1)).toISOString().slice(0, 10);
                const day = kinds.get(date);
                const word = day?.kind === "MAKE_UP" ? t("matter.makeUp") : (day?.name ?? "");
                return (
                  <span key={date} className={day ? `om-day-${day.kind}` : undefined} title={`${date} ${word}`}>
                    {n + 1}
                    {day?.kind === "MAKE_UP" ? <sup>班</sup> : day?.kind === "HOLIDAY" ? <sup>休</sup> : null}
                  </span>
                );
              })}
            </div>
          </div>
        );
      })}
    </div>
  );
}
