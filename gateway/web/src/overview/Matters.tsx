// Matters with what they wait for: progress by stage, forecast against promise, whose move, what is late or owed.
import { Badge, Empty, Table, Tooltip } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { CardMarks } from "../cards/CardMark";
import { bare } from "../ui/words";

export const MatterParts = graphql(`
  fragment MatterParts on MatterSummary @_unmask {
    id
    name
    code
    kind
    phase
    place
    lead
    target
    changedOn
    stages {
      stage
      permits
      done
    }
    outlook {
      completion
      provisional
      slackDays
      critical {
        code
        name
        mover
        body
        task
        since
        due
        overdue
      }
    }
    pressure {
      permits
      done
      overdue
      nextDue
      debts
      debtsOverdue
      cardsRed
      cardsYellow
      milestonesLate
    }
  }
`);

export type Summary = ResultOf<typeof MatterParts>;

export function Matters({ nodes, empty, busy }: { nodes: readonly Summary[]; empty: string; busy?: boolean }) {
  const { t } = useTranslation();
  const { officerName } = useDirectory();
  const columns: ColumnsType<Summary> = [
    {
      title: t("overview.matter"),
      render: (_, matter) => (
        <>
          <Link to={`/matter/${bare(matter.id)}`} style={{ fontWeight: 600 }}>
            {matter.name}
          </Link>
          <div style={{ fontSize: 12 }}>
            {t(`phase.${matter.phase}`)} · {matter.place} · {officerName(matter.lead)}
          </div>
        </>
      ),
    },
    { title: t("overview.progress"), width: 190, render: (_, matter) => <Stages matter={matter} /> },
    {
      title: t("overview.completion"),
      width: 150,
      responsive: ["sm"],
      render: (_, { outlook }) => (outlook ? <Completion outlook={outlook} /> : t("overview.none")),
    },
    { title: t("overview.moves"), responsive: ["md"], render: (_, { outlook }) => <Moves outlook={outlook} /> },
    {
      title: t("overview.late"),
      width: 70,
      align: "right",
      render: (_, { pressure }) => (
        <span className={pressure.overdue ? "om-num om-late" : "om-num"}>{pressure.overdue || t("overview.none")}</span>
      ),
    },
    {
      title: t("overview.debts"),
      width: 70,
      align: "right",
      responsive: ["sm"],
      render: (_, { pressure }) => (
        <span className={pressure.debtsOverdue ? "om-num om-late" : "om-num"}>{pressure.debts || t("overview.none")}</span>
      ),
    },
    {
      title: t("card.cards"),
      width: 80,
      align: "right",
      responsive: ["sm"],
      render: (_, { pressure }) =>
        pressure.cardsRed || pressure.cardsYellow ? (
          <CardMarks counts={{ RED: pressure.cardsRed, YELLOW: pressure.cardsYellow }} />
        ) : (
          <span>{t("overview.none")}</span>
        ),
    },
    {
      title: t("overview.next"),
      width: 110,
      responsive: ["lg"],
      render: (_, { pressure }) => <span className="om-num">{pressure.nextDue ?? t("overview.none")}</span>,
    },
  ];
  return (
    <Table<Summary>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={[...nodes]}
      loading={busy}
      pagination={false}
      locale={{ emptyText: <Empty description={empty} /> }}
      scroll={{ x: "max-content" }}
    />
  );
}

function Stages({ matter }: { matter: Summary }) {
  const { t } = useTranslation();
  if (!matter.stages.length) return <span>{t("overview.unplanned")}</span>;
  const words = matter.stages.map(({ stage, done, permits }) => `${t(`stage.${stage}`)} ${done}/${permits}`);
  return (
    <Tooltip title={words.join("，")}>
      <div role="img" aria-label={words.join(", ")}>
        <div className="om-steps">
          {matter.stages.map(({ stage, done, permits }) => (
            <span key={stage}>
              <i style={{ width: `${permits ? (100 * done) / permits : 0}%` }} />
            </span>
          ))}
        </div>
        <span className="om-num" style={{ fontSize: 12 }}>
          {matter.pressure.done}/{matter.pressure.permits}
        </span>
      </div>
    </Tooltip>
  );
}

function Completion({ outlook }: { outlook: NonNullable<Summary["outlook"]> }) {
  const { t } = useTranslation();
  const { slackDays: slack } = outlook;
  return (
    <>
      <div className="om-num">
        {outlook.completion}
        {outlook.provisional ? <Tooltip title={t("matter.provisionalWhy")}> *</Tooltip> : null}
      </div>
      {slack == null ? null : (
        <span className={slack < 0 ? "om-late" : undefined} style={{ fontSize: 12 }}>
          {slack < 0
            ? t("overview.slackLate", { count: -slack })
            : slack > 0
              ? t("overview.slackEarly", { count: slack })
              : t("overview.onTarget")}
        </span>
      )}
    </>
  );
}

function Moves({ outlook }: { outlook: Summary["outlook"] }) {
  const { t } = useTranslation();
  const { bodyName } = useDirectory();
  const step = outlook?.critical[0];
  if (!step) return <>{t("overview.none")}</>;
  return (
    <>
      <Badge status={step.overdue ? "error" : "processing"} />{" "}
      {step.body ? bodyName(step.body) : t(`mover.${step.mover}`)}：{step.name}
      <div style={{ fontSize: 12 }}>
        {step.task ? `${t(`task.${step.task}`)} ` : ""}
        {step.since ? t("overview.since", { day: step.since }) : ""}
      </div>
    </>
  );
}
