// Stand-in officers (AB岗): who stood in for whom on which days; named and ended by the head or a security administrator.
import { Button, Checkbox, Empty, Flex, Table } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../app/session";
import { CommandForm, type Target } from "../commands/CommandForm";
import { commandName } from "../commands/words";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { grantsFor, type StandIn, standInColumns, standingOf } from "./standing";

const LOOK = { HOLDS: "om-good", COMES: "om-plain", OVER: "om-plain", ENDED: "om-plain" } as const;

export function StandIns({ all, today, again }: { all: readonly StandIn[]; today: string; again: () => void }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const directory = useDirectory();
  const { me, bodyName, officerName } = directory;
  const grants = grantsFor(me);
  const [past, setPast] = useState(false);
  const [target, setTarget] = useState<Target>();
  const open = (row: StandIn) => ["HOLDS", "COMES"].includes(standingOf(row, today));
  const shown = past ? all : all.filter(open);
  const mayEnd = (row: StandIn) => grants && (!grants.body || grants.body === row.body) && open(row);
  const columns: ColumnsType<StandIn> = [
    {
      title: t("standIn.who"),
      render: (_, row) => (
        <>
          <b>{officerName(row.standIn)}</b> {t("standIn.for")} <b>{officerName(row.principal)}</b>
          <div className="om-under">{bodyName(row.body)}</div>
        </>
      ),
    },
    {
      title: t("standIn.days"),
      className: "om-num",
      render: (_, row) => (
        <>
          {row.from} – {row.to}
          <div>
            <span className={LOOK[standingOf(row, today)]}>{t(`standIn.standing.${standingOf(row, today)}`)}</span>
          </div>
        </>
      ),
    },
    {
      title: t("standIn.reason"),
      responsive: ["sm"],
      render: (_, row) => (
        <div className="om-wrap">
          {row.reason}
          <div className="om-under">{t("standIn.granted", { who: officerName(row.grantedBy), day: row.grantedOn })}</div>
          {row.endedOn ? (
            <div className="om-under">
              {t("standIn.ended", { who: officerName(row.endedBy), day: row.endedOn, why: row.endReason ?? "" })}
            </div>
          ) : null}
        </div>
      ),
    },
  ];
  if (grants) {
    columns.push({
      title: t("desk.acts"),
      render: (_, row) =>
        mayEnd(row) ? (
          <Button
            size="small"
            danger
            onClick={() =>
              setTarget({
                command: "endStandIn",
                fixed: { principal: row.principal, from: row.from },
                about: t("standIn.about", {
                  standIn: officerName(row.standIn),
                  principal: officerName(row.principal),
                  from: row.from,
                  to: row.to,
                }),
              })
            }
          >
            {commandName("endStandIn", english)}
          </Button>
        ) : null,
    });
  }
  return (
    <>
      <Flex gap={12} wrap align="center" style={{ marginBottom: 12 }}>
        {grants ? (
          <Button
            type="primary"
            onClick={() => setTarget({ command: "grantStandIn", initial: grants.body ? { principal: me?.officer, from: today } : { from: today } })}
          >
            {commandName("grantStandIn", english)}
          </Button>
        ) : null}
        <Checkbox checked={past} onChange={({ target }) => setPast(target.checked)}>
          {t("standIn.past")}
        </Checkbox>
        <ExportButton
          title={t("standIn.title")}
          chosen={[!past && t("standIn.onlyOpen")]}
          gather={async () => ({ sheets: [sheetOf(t("standIn.title"), standInColumns(t, directory, today), shown)] })}
        />
      </Flex>
      <Table<StandIn>
        size="middle"
        rowKey={({ principal, standIn, from, grantedOn }) => `${principal} ${standIn} ${from} ${grantedOn}`}
        columns={columns}
        dataSource={[...shown]}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{ emptyText: <Empty description={t(grants ? "standIn.noneGrant" : "standIn.none")} /> }}
      />
      {target ? (
        <CommandForm
          target={target}
          choices={{ today, officersOf: grants?.body }}
          close={() => setTarget(undefined)}
          done={() => {
            setTarget(undefined);
            again();
          }}
        />
      ) : null}
    </>
  );
}
