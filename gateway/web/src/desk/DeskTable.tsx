// Tasks of a body on permits, in the order of its desk: what to do, until when, and the act by which it goes on.
import { Button, Empty, Flex, Table, Tag } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { graphql, type ResultOf } from "../api/graphql";
import { isTyping } from "../app/keys";
import { acts, useDirectory } from "../app/session";
import { commandName } from "../commands/words";
import { bare, days } from "../ui/words";

export const DeskTaskParts = graphql(`
  fragment DeskTaskParts on DeskTask @_unmask {
    matter
    matterName
    permit
    permitCode
    kind
    requirement
    requirementName
    card
    body
    since
    due
    weight
    leftWorkingDays
    overdue
  }
`);

export type Task = ResultOf<typeof DeskTaskParts>;

/** Every task of a body, for a file. */
export const DeskTasksQuery = graphql(
  `
    query DeskTasks($body: ID, $after: String) {
      desk(body: $body, first: 200, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...DeskTaskParts
        }
      }
    }
  `,
  [DeskTaskParts],
);

export const pickDesk = (data: ResultOf<typeof DeskTasksQuery>) => data.desk;

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

export const pathOf = (task: Task, act?: string): string =>
  `/matter/${bare(task.matter)}${task.permitCode ? `?permit=${task.permitCode}${act ? `&do=${act}` : ""}` : ""}`;

export function DeskTable({ tasks, empty }: { tasks: readonly Task[]; empty: string }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const { me } = useDirectory();
  const mayAct = acts(me);
  const go = useNavigate();
  useQueueKeys((key, step) => {
    const task = tasks.find((task) => keyOf(task) === key);
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
            {task.permitCode ?? task.requirementName ?? ""} · {task.matterName}
            {task.permitCode && task.requirementName ? ` · ${task.requirementName}` : ""}
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
    <Table<Task>
      size="middle"
      rowKey={keyOf}
      columns={columns}
      dataSource={[...tasks]}
      pagination={false}
      locale={{ emptyText: <Empty description={empty} /> }}
      scroll={{ x: "max-content" }}
    />
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
