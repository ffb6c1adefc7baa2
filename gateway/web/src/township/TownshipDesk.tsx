// A township's desk (乡镇工作台), on the phone first: what waits for it, what it must do, the matters it implements.
import { Alert, Button, Card, Empty, Flex, Select, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { acts, useDirectory } from "../app/session";
import { commandName } from "../commands/words";
import { DeskTable, DeskTaskParts, DeskTasksQuery, pathOf, pickDesk } from "../desk/DeskTable";
import { deskColumns } from "../desk/sheet";
import { StandInParts } from "../me/standing";
import { readMatterNames, useMatters } from "../meetings/names";
import { taskColumns } from "../meetings/sheet";
import { TaskParts, Tasks } from "../meetings/Tasks";
import { MatterParts, Matters } from "../overview/Matters";
import { matterColumns } from "../overview/sheet";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { More } from "../ui/More";
import { useAgainAt, usePages } from "../ui/pages";

const TownshipQuery = graphql(
  `
  query Township($body: ID, $after: String) {
    townshipDesk(body: $body) {
      body
      handoffs {
        ...DeskTaskParts
      }
      meetingTasks {
        ...TaskParts
      }
      standIns {
        ...StandInParts
      }
      tasks(first: 50) {
        pageInfo {
          hasNextPage
        }
        nodes {
          ...DeskTaskParts
        }
      }
      matters(first: 50, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...MatterParts
        }
      }
    }
  }
`,
  [DeskTaskParts, TaskParts, StandInParts, MatterParts],
);

const Changed = graphql(`
  subscription TownshipChanged($body: ID) {
    deskChanged(body: $body) {
      position
      pending
      day
    }
  }
`);

const pick = (data: ResultOf<typeof TownshipQuery>) => data.townshipDesk.matters;

export default function TownshipDesk() {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const directory = useDirectory();
  const { me, bodies, bodyName, officerName } = directory;
  const mayAct = acts(me);
  const { matterName, today } = useMatters();
  const go = useNavigate();
  const [params, setParams] = useSearchParams();
  const townships = bodies.filter(({ kind }) => kind === "TOWNSHIP" || kind === "SUBDISTRICT");
  const own = townships.find(({ id }) => id === me?.body);
  const body = params.get("body") ?? own?.id ?? townships[0]?.id;
  const variables = body ? { body } : null;
  const pages = usePages(TownshipQuery, variables, pick);
  const [{ data: change }] = useSubscription({ query: Changed, variables: { body }, pause: !body });
  useAgainAt(change?.deskChanged, pages.again);
  const desk = pages.first?.townshipDesk;
  return (
    <Card size="small">
      <Flex justify="space-between" wrap gap={12} style={{ marginBottom: 12 }}>
        <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
          {t("place.township")} · {bodyName(body)}
        </Typography.Title>
        <Flex gap={8} wrap>
          {own ? null : (
            <Select
              showSearch={{ optionFilterProp: "label" }}
              aria-label={t("desk.body")}
              value={body}
              onChange={(value) => setParams({ body: value })}
              options={townships.map(({ id }) => ({ value: id, label: bodyName(id) }))}
              style={{ minWidth: 180 }}
            />
          )}
          <ExportButton
            title={`${t("place.township")} ${bodyName(body)}`}
            gather={async (run) => {
              const { first, nodes } = await run.all(TownshipQuery, { body }, pick);
              const tasks = await run.all(DeskTasksQuery, { body }, pickDesk);
              const named = await readMatterNames(run);
              return {
                sheets: [
                  sheetOf(t("township.tasks"), deskColumns(t, directory), tasks.nodes),
                  sheetOf(t("desk.meetingTasks"), taskColumns(t, directory, named), first.townshipDesk.meetingTasks),
                  sheetOf(t("township.matters"), matterColumns(t, directory), nodes),
                ],
              };
            }}
          />
        </Flex>
      </Flex>
      <Ask data={desk && pages.nodes ? { desk, nodes: pages.nodes } : undefined} error={pages.error} retry={pages.again}>
        {({ desk, nodes }) => (
          <>
            {desk.standIns.map((granted) => (
              <Alert
                key={`${granted.principal} ${granted.from}`}
                type="info"
                showIcon
                style={{ marginBottom: 8 }}
                title={t("standIn.holds", {
                  principal: officerName(granted.principal),
                  standIn: officerName(granted.standIn),
                  from: granted.from,
                  to: granted.to,
                })}
              />
            ))}
            {desk.handoffs.length ? (
              <Part title={t("township.handoffs")} count={desk.handoffs.length}>
                <ul className="om-list">
                  {desk.handoffs.map((task) => (
                    <li key={`${task.permit} ${task.since}`}>
                      <Link to={pathOf(task)} style={{ fontWeight: 600 }}>
                        {task.permitCode} · {task.matterName}
                      </Link>
                      <div className={task.overdue ? "om-late" : undefined}>
                        {task.due ? t("township.answerBy", { day: task.due }) : ""}
                      </div>
                      {mayAct ? (
                        <Flex gap={8} wrap style={{ marginTop: 4 }}>
                          <Button type="primary" onClick={() => void go(pathOf(task, "receiveHandoff"))}>
                            {commandName("receiveHandoff", english)}
                          </Button>
                          <Button onClick={() => void go(pathOf(task, "returnHandoff"))}>{commandName("returnHandoff", english)}</Button>
                        </Flex>
                      ) : null}
                    </li>
                  ))}
                </ul>
              </Part>
            ) : null}
            <Part title={t("township.tasks")} count={desk.tasks.nodes.length}>
              {desk.tasks.nodes.length ? (
                <DeskTable tasks={desk.tasks.nodes} empty={t("desk.empty")} />
              ) : (
                <Typography.Text type="secondary">{t("desk.empty")}</Typography.Text>
              )}
              {desk.tasks.pageInfo.hasNextPage ? (
                <Link to={`/desk?body=${encodeURIComponent(desk.body)}`}>{t("township.allTasks")}</Link>
              ) : null}
            </Part>
            {desk.meetingTasks.length ? (
              <Part title={t("desk.meetingTasks")} count={desk.meetingTasks.length}>
                <Tasks tasks={desk.meetingTasks} matterName={matterName} today={today} done={pages.again} />
              </Part>
            ) : null}
            <Part title={t("township.matters")} count={nodes.length}>
              {nodes.length ? (
                <>
                  <Matters nodes={nodes} empty={t("township.noMatters")} />
                  <More shown={nodes.length} more={pages.more} busy={pages.busy} />
                </>
              ) : (
                <Empty description={t("township.noMatters")} />
              )}
            </Part>
          </>
        )}
      </Ask>
    </Card>
  );
}

function Part({ title, count, children }: { title: string; count: number; children: ReactNode }) {
  return (
    <section aria-label={title} style={{ marginBottom: 20 }}>
      <Typography.Title level={2} style={{ fontSize: 16, marginTop: 0 }}>
        {title} <span className="om-plain om-num">{count}</span>
      </Typography.Title>
      {children}
    </section>
  );
}
