// What a body must do next, by legal risk: on permits, whose detail is in their matter, and tasks that meetings gave it.
import { Button, Card, Empty, Flex, Segmented, Select, Table, Tag, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { isTyping } from "../app/keys";
import { acts, useDirectory } from "../app/session";
import { commandName } from "../commands/words";
import { readMatterNames, useMatters } from "../meetings/names";
import { taskColumns } from "../meetings/sheet";
import { pickTasks, TaskParts, Tasks, TasksQuery } from "../meetings/Tasks";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { More } from "../ui/More";
import { useAgainAt, usePages } from "../ui/pages";
import { bare, days } from "../ui/words";
import { deskColumns } from "./sheet";

const DeskQuery = graphql(
  `
  query Desk($body: ID, $order: DeskOrder, $tasks: TaskFilterInput, $after: String) {
    tasks(filter: $tasks, first: 50) {
      nodes {
        ...TaskParts
      }
    }
    desk(body: $body, order: $order, first: 100, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        matter
        matterName
        permit
        permitCode
        kind
        requirement
        card
        body
        since
        due
        weight
        leftWorkingDays
        overdue
      }
    }
  }
`,
  [TaskParts],
);

const Changed = graphql(`
  subscription DeskChanged($body: ID) {
    deskChanged(body: $body) {
      position
    }
  }
`);

export type Task = ResultOf<typeof DeskQuery>["desk"]["nodes"][number];
const pick = (data: ResultOf<typeof DeskQuery>) => data.desk;

/** By which act a task goes on (a), and by which it stops or goes back (s). Whether one may, the server says. */
const ACTS: Partial<Record<Task["kind"], { on: string; back?: string }>> = {
  ACCEPT_OR_NOTICE: { on: "acceptPermit", back: "noticeCorrection" },
  CONFIRM_PRE_REVIEW: { on: "confirmPreReview" },
  DECIDE: { on: "approvePermit", back: "suspendClock" },
  RESUME_CLOCK: { on: "resumeClock" },
  ISSUE_CERTIFICATE: { on: "issueCertificate" },
  ANSWER_HANDOFF: { on: "receiveHandoff", back: "returnHandoff" },
  GIVE_OPINION: { on: "giveOpinion" },
  TREAT_OBJECTION: { on: "treatObjection" },
  RECEIVE_SUPPLEMENT: { on: "receiveSupplement" },
  VERIFY_SUPPLEMENT: { on: "verifySupplement", back: "rejectSupplement" },
  HOLD_HEARING: { on: "recordHearing" },
  ANSWER_RENEWAL: { on: "grantRenewal", back: "refuseRenewal" },
  JUDGE_FALLEN_PREREQUISITE: { on: "judgeFallenPrerequisite" },
  ANSWER_TOLERANCE_PROPOSAL: { on: "tolerateDeficiency" },
};

/** An act of a task; a card is answered by its number. */
const actOf = (task: Task, step: "on" | "back"): string | undefined =>
  task.kind === "ANSWER_CARD" ? (step === "on" ? `answerCard:${task.card ?? ""}` : undefined) : ACTS[task.kind]?.[step];

const pathOf = (task: Task, act?: string): string =>
  `/matter/${bare(task.matter)}${task.permitCode ? `?permit=${task.permitCode}${act ? `&do=${act}` : ""}` : ""}`;

export default function Desk() {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const directory = useDirectory();
  const { me, bodies, bodyName } = directory;
  const { matterName, today } = useMatters();
  const mayAct = acts(me);
  const [params, setParams] = useSearchParams();
  const order = params.get("order") === "DUE" ? ("DUE" as const) : ("RISK" as const);
  const sees = me?.roles.some((role) => role === "LEAD" || role === "AUDITOR" || role === "SUPERVISOR");
  const body = params.get("body") ?? me?.body;
  const variables = me ? { body, order, tasks: { body, open: true } } : null;
  const pages = usePages(DeskQuery, variables, pick);
  const [change] = useSubscription({ query: Changed, variables: { body }, pause: !me });
  useAgainAt(change.data?.deskChanged.position, pages.again);
  const go = useNavigate();
  const set = (name: string, value: string | undefined) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  useQueueKeys((key, step) => {
    const task = pages.nodes?.find((task) => keyOf(task) === key);
    if (task?.permitCode) void go(pathOf(task, actOf(task, step)));
  });

  const columns: ColumnsType<Task> = [
    {
      title: t("desk.task"),
      render: (_, task) => (
        <>
          <Link data-queue={keyOf(task)} to={pathOf(task)} style={{ fontWeight: 600 }}>
            {t(`task.${task.kind}`)}
          </Link>
          <div style={{ fontSize: 12 }}>
            {task.permitCode ?? (task.requirement ? bare(task.requirement) : "")} · {task.matterName}
            {task.card ? ` · ${t("card.numbered", { number: task.card })}` : ""}
          </div>
        </>
      ),
    },
    {
      title: t("desk.due"),
      render: (_, task) =>
        task.due ? (
          <>
            <span className={task.overdue ? "om-num om-late" : "om-num"}>{task.due}</span>{" "}
            <span style={{ fontSize: 12 }}>
              {task.leftWorkingDays == null
                ? null
                : task.overdue
                  ? t("matter.overdueBy", { days: days(t, Math.abs(task.leftWorkingDays), "WORKING_DAYS") })
                  : t("matter.leftNow", { days: days(t, task.leftWorkingDays, "WORKING_DAYS") })}
            </span>
            <div>
              <Tag>{t(`weight.${task.weight}`)}</Tag>
            </div>
          </>
        ) : (
          "—"
        ),
    },
    { title: t("desk.since"), responsive: ["sm"], className: "om-num", dataIndex: "since" },
    {
      title: t("desk.acts"),
      responsive: ["md"],
      render: (_, task) => {
        const [on, back] = [actOf(task, "on"), actOf(task, "back")];
        if (!on || !task.permitCode || !mayAct) return null;
        return (
          <Flex gap={6} wrap>
            <Button size="small" type="primary" ghost onClick={() => void go(pathOf(task, on))}>
              {commandName(on.replace(/:.*/, ""), english)} <kbd aria-hidden="true">a</kbd>
            </Button>
            {back ? (
              <Button size="small" onClick={() => void go(pathOf(task, back))}>
                {commandName(back, english)} <kbd aria-hidden="true">s</kbd>
              </Button>
            ) : null}
          </Flex>
        );
      },
    },
  ];
  return (
    <Card size="small">
      <Flex justify="space-between" wrap gap={12} style={{ marginBottom: 12 }}>
        <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
          {t("place.desk")} · {bodyName(body)}
        </Typography.Title>
        <Flex gap={8} wrap>
          {sees ? (
            <Select
              showSearch={{ optionFilterProp: "label" }}
              aria-label={t("desk.body")}
              value={body}
              onChange={(value) => set("body", value)}
              options={bodies.map((candidate) => ({ value: candidate.id, label: bodyName(candidate.id) }))}
              style={{ minWidth: 180 }}
            />
          ) : null}
          <Segmented
            aria-label={t("overview.order")}
            value={order}
            onChange={(value) => set("order", value)}
            options={(["RISK", "DUE"] as const).map((value) => ({ value, label: t(`desk.order.${value}`) }))}
          />
          <ExportButton
            title={`${t("place.desk")} ${bodyName(body)}`}
            gather={async (run) => {
              const { nodes } = await run.all(DeskQuery, { body, order, tasks: { body, open: true } }, pick);
              const given = await run.all(TasksQuery, { filter: { body, open: true } }, pickTasks);
              const named = await readMatterNames(run);
              return {
                sheets: [
                  sheetOf(t("place.desk"), deskColumns(t, directory), nodes),
                  sheetOf(t("desk.meetingTasks"), taskColumns(t, directory, named), given.nodes),
                ],
              };
            }}
          />
        </Flex>
      </Flex>
      <Ask data={pages.nodes} error={pages.error} retry={pages.again}>
        {(nodes) => (
          <>
            <Table<Task>
              size="middle"
              rowKey={keyOf}
              columns={columns}
              dataSource={[...nodes]}
              pagination={false}
              locale={{ emptyText: <Empty description={t("desk.empty")} /> }}
              scroll={{ x: "max-content" }}
            />
            <More shown={nodes.length} more={pages.more} busy={pages.busy} />
            {pages.first?.tasks.nodes.length ? (
              <section aria-label={t("desk.meetingTasks")} style={{ marginTop: 20 }}>
                <Typography.Title level={2} style={{ fontSize: 16 }}>
                  {t("desk.meetingTasks")}
                </Typography.Title>
                <Tasks tasks={pages.first.tasks.nodes} matterName={matterName} today={today} done={pages.again} />
              </section>
            ) : null}
          </>
        )}
      </Ask>
    </Card>
  );
}

const keyOf = (task: Task): string =>
  `${task.permit ?? task.matter}/${task.kind}/${task.requirement ?? ""}/${task.card ?? ""}/${task.body}`;

/** j and k walk the queue; Enter is the link's own; a and s begin what goes on and what goes back. */
function useQueueKeys(act: (key: string, step: "on" | "back") => void): void {
  const run = useRef(act);
  run.current = act;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event)) return;
      const links = [...document.querySelectorAll<HTMLAnchorElement>("a[data-queue]")];
      const at = links.indexOf(document.activeElement as HTMLAnchorElement);
      if (event.key === "j" || event.key === "k") {
        links[event.key === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0)]?.focus();
      } else if ((event.key === "a" || event.key === "s") && at >= 0) {
        run.current(links[at]?.dataset.queue ?? "", event.key === "a" ? "on" : "back");
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
