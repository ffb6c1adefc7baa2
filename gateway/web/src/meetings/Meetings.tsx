// Joint meetings (联席会议), the latest first, and the tasks they gave.
import { Card, Checkbox, Empty, Flex, Select, Table, Tabs, Tag, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { More } from "../ui/More";
import { useAgainAt, usePages } from "../ui/pages";
import { bare } from "../ui/words";
import { Convene } from "./Convene";
import { readMatterNames, useMatters } from "./names";
import { meetingColumns, taskColumns } from "./sheet";
import { pickTasks, Tasks, TasksQuery } from "./Tasks";

const MeetingsQuery = graphql(`
  query Meetings($filter: MeetingFilterInput, $after: String) {
    meetings(filter: $filter, first: 50, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        title
        on
        place
        phase
        chair
        matters
        minutes
        resolutions {
          number
          doneBy {
            event
          }
        }
        tasks {
          number
          state
          overdue
        }
      }
    }
  }
`);

export const MeetingsChanged = graphql(`
  subscription MeetingsChanged {
    overviewChanged {
      position
      pending
      day
    }
  }
`);

export type MeetingLine = ResultOf<typeof MeetingsQuery>["meetings"]["nodes"][number];

const pickMeetings = (data: ResultOf<typeof MeetingsQuery>) => data.meetings;

export default function Meetings() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const { matters, today } = useMatters();
  return (
    <Card size="small">
      <Flex justify="space-between" wrap gap={12}>
        <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
          {t("place.meetings")}
        </Typography.Title>
        <Convene matters={matters} today={today} />
      </Flex>
      <Tabs
        activeKey={params.get("tab") ?? "meetings"}
        onChange={(tab) => setParams({ tab })}
        destroyOnHidden
        items={[
          { key: "meetings", label: t("meeting.meetings"), children: <MeetingList /> },
          { key: "tasks", label: t("meeting.tasks"), children: <TaskList /> },
        ]}
      />
    </Card>
  );
}

function MeetingList() {
  const { t } = useTranslation();
  const directory = useDirectory();
  const { officerName } = directory;
  const { matterName } = useMatters();
  const pages = usePages(MeetingsQuery, {}, pickMeetings);
  const [{ data: change }] = useSubscription({ query: MeetingsChanged });
  useAgainAt(change?.overviewChanged, pages.again);
  const columns: ColumnsType<MeetingLine> = [
    { title: t("meeting.on"), className: "om-num", dataIndex: "on", width: 110 },
    {
      title: t("meeting.title"),
      render: (_, meeting) => (
        <div className="om-wrap">
          <Link to={`/meetings/${bare(meeting.id)}`} style={{ fontWeight: 600 }}>
            {meeting.title}
          </Link>
          <div style={{ fontSize: 12 }}>{meeting.matters.map(matterName).join("，")}</div>
        </div>
      ),
    },
    { title: t("meeting.chair"), responsive: ["md"], render: (_, meeting) => officerName(meeting.chair) },
    {
      title: t("matter.status"),
      render: (_, meeting) => (
        <>
          <Tag>{t(`meeting.phase.${meeting.phase}`)}</Tag>
          {meeting.minutes}
        </>
      ),
    },
    {
      title: t("meeting.resolutions"),
      responsive: ["sm"],
      render: (_, { resolutions }) =>
        resolutions.length
          ? t("meeting.carriedOut", { done: resolutions.filter((one) => one.doneBy.length).length, count: resolutions.length })
          : "—",
    },
    {
      title: t("meeting.tasks"),
      responsive: ["sm"],
      render: (_, { tasks }) => {
        const late = tasks.filter((task) => task.overdue).length;
        const done = tasks.filter((task) => task.state === "DONE").length;
        if (!tasks.length) return "—";
        return (
          <span className={late ? "om-late" : undefined}>
            {t("meeting.tasksDone", { done, count: tasks.length })}
            {late ? `，${t("meeting.lateTasks", { count: late })}` : ""}
          </span>
        );
      },
    },
  ];
  return (
    <Ask data={pages.nodes} error={pages.error} retry={pages.again}>
      {(nodes) => (
        <>
          <Flex style={{ marginBottom: 12 }}>
            <ExportButton
              title={t("meeting.meetings")}
              gather={async (run) => {
                const { nodes } = await run.all(MeetingsQuery, {}, pickMeetings);
                const named = await readMatterNames(run);
                return { sheets: [sheetOf(t("meeting.meetings"), meetingColumns(t, directory, named), nodes)] };
              }}
            />
          </Flex>
          <Table<MeetingLine>
            size="middle"
            rowKey="id"
            columns={columns}
            dataSource={[...nodes]}
            pagination={false}
            locale={{ emptyText: <Empty description={t("meeting.none")} /> }}
            scroll={{ x: "max-content" }}
          />
          <More shown={nodes.length} more={pages.more} busy={pages.busy} />
        </>
      )}
    </Ask>
  );
}

function TaskList() {
  const { t } = useTranslation();
  const directory = useDirectory();
  const { bodies, bodyName } = directory;
  const { matterName, today } = useMatters();
  const [params, setParams] = useSearchParams();
  const [body, only, matter] = [params.get("body") ?? undefined, params.get("only") ?? "open", params.get("matter")];
  const filter = {
    ...(body ? { body } : {}),
    ...(matter ? { matter: `matter:${matter}` } : {}),
    ...(only === "all" ? {} : { [only]: true }),
  };
  const pages = usePages(TasksQuery, { filter }, pickTasks);
  const [{ data: change }] = useSubscription({ query: MeetingsChanged });
  useAgainAt(change?.overviewChanged, pages.again);
  const set = (name: string, value: string | undefined) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  return (
    <>
      <Flex gap={8} wrap style={{ marginBottom: 12 }} align="center">
        <Select
          aria-label={t("matter.status")}
          value={only}
          onChange={(value) => set("only", value)}
          options={(["open", "overdue", "all"] as const).map((value) => ({ value, label: t(`meeting.only.${value}`) }))}
          style={{ minWidth: 120 }}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          aria-label={t("meeting.owner")}
          placeholder={t("meeting.owner")}
          value={body}
          onChange={(value) => set("body", value)}
          options={bodies.map(({ id }) => ({ value: id, label: bodyName(id) }))}
          style={{ minWidth: 180 }}
        />
        {matter ? (
          <Checkbox checked onChange={() => set("matter", undefined)}>
            {t("meeting.onlyMatter", { name: matterName(`matter:${matter}`) })}
          </Checkbox>
        ) : null}
        <ExportButton
          title={t("meeting.tasks")}
          chosen={[
            t(`meeting.only.${only as "open" | "overdue" | "all"}`),
            body && bodyName(body),
            matter && matterName(`matter:${matter}`),
          ]}
          gather={async (run) => {
            const { nodes } = await run.all(TasksQuery, { filter }, pickTasks);
            const named = await readMatterNames(run);
            return { sheets: [sheetOf(t("meeting.tasks"), taskColumns(t, directory, named), nodes)] };
          }}
        />
      </Flex>
      <Ask data={pages.nodes} error={pages.error} retry={pages.again}>
        {(nodes) => (
          <>
            <Tasks tasks={nodes} matterName={matterName} today={today} done={pages.again} />
            <More shown={nodes.length} more={pages.more} busy={pages.busy} />
          </>
        )}
      </Ask>
    </>
  );
}
