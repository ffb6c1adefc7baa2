// What a body must do next, by legal risk: on permits, whose detail is in their matter, and tasks that meetings gave it.
import { Card, Flex, Segmented, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { readMatterNames, useMatters } from "../meetings/names";
import { taskColumns } from "../meetings/sheet";
import { pickTasks, TaskParts, Tasks, TasksQuery } from "../meetings/Tasks";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { More } from "../ui/More";
import { useAgainAt, usePages } from "../ui/pages";
import { DeskTable, DeskTaskParts } from "./DeskTable";
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
        ...DeskTaskParts
      }
    }
  }
`,
  [TaskParts, DeskTaskParts],
);

const Changed = graphql(`
  subscription DeskChanged($body: ID) {
    deskChanged(body: $body) {
      position
      pending
      day
    }
  }
`);

const pick = (data: ResultOf<typeof DeskQuery>) => data.desk;

export default function Desk() {
  const { t } = useTranslation();
  const directory = useDirectory();
  const { me, bodies, bodyName } = directory;
  const { matterName, today } = useMatters();
  const [params, setParams] = useSearchParams();
  const order = params.get("order") === "DUE" ? ("DUE" as const) : ("RISK" as const);
  const sees = me?.roles.some((role) => role === "LEAD" || role === "AUDITOR" || role === "SUPERVISOR");
  const body = params.get("body") ?? me?.body;
  const kind = bodies.find(({ id }) => id === body)?.kind;
  const township = kind === "TOWNSHIP" || kind === "SUBDISTRICT";
  const variables = me ? { body, order, tasks: { body, open: true } } : null;
  const pages = usePages(DeskQuery, variables, pick);
  const [change] = useSubscription({ query: Changed, variables: { body }, pause: !me });
  useAgainAt(change.data?.deskChanged, pages.again);
  const set = (name: string, value: string | undefined) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
    return (
    <Card size="small">
      <Flex justify="space-between" wrap gap={12} style={{ marginBottom: 12 }}>
        <Flex gap={12} align="baseline" wrap>
          <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
            {t("place.desk")} · {bodyName(body)}
          </Typography.Title>
          {township ? <Link to={`/township?body=${encodeURIComponent(body ?? "")}`}>{t("place.township")}</Link> : null}
        </Flex>
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
            <DeskTable tasks={nodes} empty={t("desk.empty")} />
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
