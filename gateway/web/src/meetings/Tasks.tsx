// Tasks that meetings gave (任务清单): whose, until when, how they stand, and what one may do.
import { Empty, Table, Tag } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { Actions } from "../commands/Actions";
import type { Done } from "../commands/CommandForm";
import { bare, days } from "../ui/words";

export const TaskParts = graphql(`
  fragment TaskParts on MeetingTask @_unmask {
    number
    meeting
    meetingTitle
    text
    matter
    resolution
    owner
    assignedOn
    limit
    claimedOn
    due
    state
    overdue
    leftWorkingDays
    reports {
      on
      by
      progress
      finished
      returned
    }
    doneOn
    can {
      name
      allowed
      reason
      reasonZh
      rule
      source
    }
  }
`);

export type Task = ResultOf<typeof TaskParts>;

export const TasksQuery = graphql(
  `
    query Tasks($filter: TaskFilterInput, $after: String) {
      tasks(filter: $filter, first: 50, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...TaskParts
        }
      }
    }
  `,
  [TaskParts],
);

export const pickTasks = (data: ResultOf<typeof TasksQuery>) => data.tasks;

export function Tasks({
  tasks,
  matterName,
  today,
  revision,
  ofMeeting,
  done,
}: {
  tasks: readonly Task[];
  matterName: (id: string) => string;
  today: string;
  /** The meeting's, where all tasks are of one. */
  revision?: number | null;
  ofMeeting?: boolean;
  done: Done;
}) {
  const { t } = useTranslation();
  const { bodyName, officerName } = useDirectory();
  const columns: ColumnsType<Task> = [
    {
      title: t("meeting.task"),
      render: (_, task) => (
        <div className="om-wrap">
          <b>
            {ofMeeting ? `${task.number}. ` : ""}
            {task.text}
          </b>
          <div className="om-under">
            {ofMeeting ? null : (
              <Link to={`/meetings/${bare(task.meeting)}`}>
                {task.meetingTitle} · {t("meeting.taskNumber", { number: task.number })}
              </Link>
            )}
            {task.matter ? (
              <>
                {ofMeeting ? "" : " · "}
                <Link to={`/matter/${bare(task.matter)}`}>{matterName(task.matter)}</Link>
              </>
            ) : null}
            {task.resolution ? ` · ${t("meeting.ofResolution", { number: task.resolution })}` : ""}
          </div>
        </div>
      ),
    },
    { title: t("meeting.owner"), responsive: ["sm"], render: (_, task) => bodyName(task.owner) },
    {
      title: t("meeting.due"),
      render: (_, task) => (
        <>
          <span className={task.overdue ? "om-num om-late" : "om-num"}>{task.due}</span>
          <div style={{ fontSize: 12 }} className={task.overdue ? "om-late" : undefined}>
            {task.leftWorkingDays == null
              ? null
              : task.overdue
                ? t("matter.overdueBy", { days: days(t, Math.abs(task.leftWorkingDays), "WORKING_DAYS") })
                : t("matter.leftNow", { days: days(t, task.leftWorkingDays, "WORKING_DAYS") })}
            {task.due === task.limit ? "" : ` · ${t("meeting.limit", { day: task.limit })}`}
          </div>
        </>
      ),
    },
    {
      title: t("matter.status"),
      render: (_, task) => (
        <>
          <span className={task.state === "DONE" ? "om-good" : task.overdue ? "om-bad" : "om-plain"}>{t(`meeting.state.${task.state}`)}</span>{" "}
          {task.doneOn ? <span className="om-num">{task.doneOn}</span> : null}
        </>
      ),
    },
    {
      title: t("meeting.acts"),
      width: 230,
      render: (_, task) => (
        <Actions
          quiet
          can={task.can}
          target={{
            meeting: task.meeting,
            revision: revision ?? undefined,
            fixed: { number: task.number },
            about: task.text,
            initial: { due: task.limit },
          }}
          choices={{ today }}
          done={done}
        />
      ),
    },
  ];
  return (
    <Table<Task>
      size="small"
      rowKey={(task) => `${task.meeting}/${task.number}`}
      columns={columns}
      dataSource={[...tasks]}
      pagination={false}
      locale={{ emptyText: <Empty description={t("meeting.noTasks")} /> }}
      scroll={{ x: "max-content" }}
      expandable={{
        showExpandColumn: tasks.some((task) => task.reports.length > 0),
        defaultExpandAllRows: true,
        rowExpandable: (task) => task.reports.length > 0,
        expandedRowRender: (task) => (
          <ul className="om-list">
            {task.reports.map((report) => (
              <li key={`${report.on}${report.progress}`}>
                <span className="om-num">{report.on}</span> {officerName(report.by)}：{report.progress}
                {report.finished ? <Tag style={{ marginLeft: 6 }}>{t("meeting.saidFinished")}</Tag> : null}
                {report.returned ? <div className="om-late">{t("meeting.returned", { why: report.returned })}</div> : null}
              </li>
            ))}
          </ul>
        ),
      }}
    />
  );
}
