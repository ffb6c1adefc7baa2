// How the installation runs, for administrators and auditors, as it runs: the log, what follows it, where things are kept.
import { Alert, Descriptions, Empty, Table, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useTranslation } from "react-i18next";
import { useQuery, useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { type Column, sheetOf } from "../ui/excel";
import { beijing, fileSize } from "../ui/words";

const OperationsParts = graphql(`
  fragment OperationsParts on Operations @_unmask {
    version
    ready
    log {
      keptIn
      standing
      since
      head
    }
    projections {
      name
      schema
      phase
      lagEntries
      lagBytes
      lagMs
      built
      stoppedAt
    }
    policies {
      name
      waits
    }
    vault {
      keptIn
      answers
    }
    papers {
      keptIn
      answers
    }
    paperLimit
  }
`);

const OperationsQuery = graphql(
  `
    query Operations {
      operations {
        ...OperationsParts
      }
    }
  `,
  [OperationsParts],
);

const OperationsChanged = graphql(
  `
    subscription OperationsChanged {
      operationsChanged {
        ...OperationsParts
      }
    }
  `,
  [OperationsParts],
);

type Operations = ResultOf<typeof OperationsParts>;
type Projection = Operations["projections"][number];

export function Health() {
  const [{ data, error }, ask] = useQuery({ query: OperationsQuery, requestPolicy: "network-only" });
  const [{ data: live }] = useSubscription({ query: OperationsChanged });
  return (
    <Ask
      data={live?.operationsChanged ?? data?.operations}
      error={live ? undefined : error}
      retry={() => ask({ requestPolicy: "network-only" })}
    >
      {(operations) => <Figures operations={operations} />}
    </Ask>
  );
}

function Figures({ operations }: { operations: Operations }) {
  const { t } = useTranslation();
  const { log, vault, papers, projections, policies } = operations;
  const waiting = policies.filter(({ waits }) => waits);
  const name = (projection: Projection) => t(`health.projection.${projection.name as "board"}`, { defaultValue: projection.name });
  const behind = ({ lagEntries, lagBytes }: Projection) =>
    lagEntries != null
      ? lagEntries
        ? t("health.entries", { count: lagEntries })
        : t("health.upToDate")
      : lagBytes
        ? fileSize(lagBytes)
        : t(lagBytes === 0 ? "health.upToDate" : "health.unknown");
  const columns: ColumnsType<Projection> = [
    {
      title: t("health.what"),
      render: (_, row) => (
        <>
          <b>{name(row)}</b>
          <div className="om-under">{row.name}</div>
        </>
      ),
    },
    {
      title: t("matter.status"),
      render: (_, row) => (
        <>
          <span className={row.phase === "LIVE" ? "om-good" : row.phase === "BUILDING" ? "om-plain" : "om-bad"}>
            {t(`health.phase.${row.phase}`)}
          </span>
          {row.built == null ? null : <span className="om-num"> {Math.round(row.built * 100)}%</span>}
          {row.stoppedAt ? <div className="om-under">{t("health.stoppedAt", { at: row.stoppedAt })}</div> : null}
        </>
      ),
    },
    { title: t("health.behind"), className: "om-num", render: (_, row) => behind(row) },
    {
      title: t("health.behindFor"),
      className: "om-num",
      responsive: ["sm"],
      render: (_, row) => (row.lagMs ? t("health.seconds", { count: Math.round(row.lagMs / 100) / 10 }) : "—"),
    },
    { title: t("health.schema"), className: "om-num", align: "right", responsive: ["sm"], dataIndex: "schema" },
  ];
  const sheet: Column<Projection>[] = [
    { heading: t("health.what"), value: name },
    { heading: t("excel.code"), value: (row) => row.name },
    { heading: t("matter.status"), value: (row) => t(`health.phase.${row.phase}`) },
    { heading: t("health.behindEntries"), kind: "number", value: (row) => row.lagEntries },
    { heading: t("health.behindBytes"), kind: "number", value: (row) => row.lagBytes },
    { heading: t("health.behindMs"), kind: "number", value: (row) => row.lagMs },
    { heading: t("health.schema"), kind: "number", value: (row) => row.schema },
  ];
  const store = ({ keptIn, answers }: Operations["vault"]) => (
    <>
      {t(`health.keptIn.${keptIn}`)}{" "}
      <span className={answers ? "om-good" : "om-bad"}>{t(answers ? "health.answers" : "health.silent")}</span>
    </>
  );
  const whole = operations.projections.every(({ phase }) => phase === "LIVE");
  return (
    <>
      <div aria-live="polite">
        <Alert
          type={operations.ready ? "success" : "error"}
          showIcon
          style={{ marginBottom: 12 }}
          title={t(operations.ready ? (whole ? "health.ready" : "health.readyBut") : "health.notReady")}
          description={operations.ready ? undefined : t(`health.because.${log.standing}`)}
        />
      </div>
      <Descriptions
        size="small"
        bordered
        column={{ xs: 1, md: 2 }}
        style={{ marginBottom: 16 }}
        items={[
          { key: "version", label: t("health.version"), children: <span className="om-num">{operations.version}</span> },
          {
            key: "log",
            label: t("health.log"),
            children: (
              <>
                {t(`health.keptIn.${log.keptIn}`)}{" "}
                <span className={log.standing === "SERVING" ? "om-good" : "om-bad"}>{t(`health.standing.${log.standing}`)}</span>
                {log.since ? <span className="om-num"> {t("health.since", { when: beijing(log.since) })}</span> : null}
              </>
            ),
          },
          { key: "head", label: t("health.head"), children: <span className="om-num">{log.head ?? "—"}</span> },
          { key: "vault", label: t("health.vault"), children: store(vault) },
          { key: "papers", label: t("health.papers"), children: store(papers) },
          { key: "limit", label: t("health.paperLimit"), children: <span className="om-num">{fileSize(operations.paperLimit)}</span> },
          {
            key: "policies",
            label: t("health.policies"),
            children: waiting.length ? (
              <span className="om-bad">{t("health.waiting", { names: waiting.map(({ name }) => name).join("、") })}</span>
            ) : (
              <span className="om-good">{t("health.allDelivered", { count: policies.length })}</span>
            ),
          },
        ]}
      />
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {t("health.lists")}
      </Typography.Title>
      <div style={{ marginBottom: 12 }}>
        <ExportButton
          title={t("health.lists")}
          gather={async () => ({ sheets: [sheetOf(t("health.lists"), sheet, projections)] })}
        />
      </div>
      <Table<Projection>
        size="middle"
        rowKey="name"
        columns={columns}
        dataSource={projections}
        pagination={false}
        locale={{ emptyText: <Empty description={t("health.noLists")} /> }}
      />
      <Typography.Paragraph type="secondary" style={{ fontSize: 12, margin: "12px 0 0" }}>
        {t("health.about")}
      </Typography.Paragraph>
    </>
  );
}
