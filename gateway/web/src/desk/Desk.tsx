// What a body must do next, by legal risk. The detail of a task is the permit in its matter.
import { Card, Empty, Flex, Segmented, Select, Table, Tag, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useQuery, useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { Ask } from "../ui/Ask";
import { bare, days } from "../ui/words";
import { isTyping } from "../app/keys";

const DeskQuery = graphql(`
  query Desk($body: ID, $order: DeskOrder) {
    desk(body: $body, order: $order, first: 100) {
      nodes {
        matter
        matterName
        permit
        permitCode
        kind
        requirement
        body
        since
        due
        weight
        leftWorkingDays
        overdue
      }
    }
  }
`);

const Changed = graphql(`
  subscription DeskChanged($body: ID) {
    deskChanged(body: $body) {
      position
    }
  }
`);

type Task = ResultOf<typeof DeskQuery>["desk"]["nodes"][number];

export default function Desk() {
  const { t } = useTranslation();
  const { me, bodies, bodyName } = useDirectory();
  const [params, setParams] = useSearchParams();
  const order = params.get("order") === "DUE" ? ("DUE" as const) : ("RISK" as const);
  const sees = me?.roles.some((role) => role === "LEAD" || role === "AUDITOR" || role === "SUPERVISOR");
  const body = params.get("body") ?? me?.body;
  const [{ data, error }, again] = useQuery({ query: DeskQuery, variables: { body, order }, pause: !me });
  const [change] = useSubscription({ query: Changed, variables: { body }, pause: !me });
  const seen = useRef<string>(undefined);
  const position = change.data?.deskChanged.position ?? undefined;
  useEffect(() => {
    if (position && position !== seen.current) {
      seen.current = position;
      again({ requestPolicy: "network-only" });
    }
  }, [position, again]);
  const set = (name: string, value: string | undefined) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  useQueueKeys();

  const columns: ColumnsType<Task> = [
    {
      title: t("desk.task"),
      render: (_, task) => (
        <>
          <Link data-queue to={`/matter/${bare(task.matter)}${task.permitCode ? `?permit=${task.permitCode}` : ""}`} style={{ fontWeight: 600 }}>
            {t(`task.${task.kind}`)}
          </Link>
          <div style={{ fontSize: 12 }}>
            {task.permitCode ?? (task.requirement ? bare(task.requirement) : "")} · {task.matterName}
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
        </Flex>
      </Flex>
      <Ask data={data?.desk} error={error} retry={() => again({ requestPolicy: "network-only" })}>
        {(desk) => (
          <Table<Task>
            size="middle"
            rowKey={(task) => `${task.permit ?? task.matter}/${task.kind}/${task.requirement ?? ""}/${task.body}`}
            columns={columns}
            dataSource={[...desk.nodes]}
            pagination={{ pageSize: 25, hideOnSinglePage: true }}
            locale={{ emptyText: <Empty description={t("desk.empty")} /> }}
            scroll={{ x: "max-content" }}
          />
        )}
      </Ask>
    </Card>
  );
}

/** j and k walk the queue; Enter is the link's own. */
function useQueueKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.key !== "j" && event.key !== "k") || isTyping(event)) return;
      const links = [...document.querySelectorAll<HTMLAnchorElement>("a[data-queue]")];
      const at = links.indexOf(document.activeElement as HTMLAnchorElement);
      links[event.key === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0)]?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
