// The lead's screen of one matter: how it stands, the chart, the table, and beside them the permit one looks at.
import { Alert, App as Messages, Button, Card, Checkbox, DatePicker, Descriptions, Empty, Flex, Segmented, Space, Tooltip, Typography } from "antd";
import dayjs from "dayjs";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useQuery, useSubscription } from "urql";
import { useDirectory } from "../app/session";
import { Actions } from "../commands/Actions";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { beijingDay } from "../ui/words";
import { ContactButton } from "./Contact";
import { Gantt } from "./gantt/Gantt";
import { dayNumber, dayOf, range, type Zoom } from "./gantt/geometry";
import { Permits } from "./Permits";
import { Milestones, Movers } from "./Movers";
import { PermitPanel } from "./PermitPanel";
import { SinceVisit } from "./SinceVisit";
import { CalendarQuery, type Matter, MatterChanged, MatterQuery } from "./query";
import { useWhatIf } from "../whatif/useWhatIf";
import { WhatIfPanel } from "../whatif/WhatIfPanel";
import { MeetingsOf } from "../meetings/MeetingsOf";
import { Legend } from "./gantt/Legend";
import { type Choice, type Ghosts, rowsOf } from "./rows";
import { workbook } from "./workbook";

export default function MatterPage() {
  const { t } = useTranslation();
  const id = `matter:${useParams().id ?? ""}`;
  const [params, setParams] = useSearchParams();
  const day = params.get("at");
  const at = useMemo(() => (day ? { known: { time: `${day}T23:59:59.999999+08:00` } } : undefined), [day]);
  const [{ data, error }, again] = useQuery({ query: MatterQuery, variables: { id, at } });
  const [whatIfOpen, setWhatIf] = useState(false);
  const whatIf = useWhatIf(id, whatIfOpen && !day, data?.matter.revision, () => setWhatIf(false));
  const [changed, setChanged] = useState(0);
  const flash = useLiveMatter(id, !day, data?.matter.revision ?? undefined, () => {
    again({ requestPolicy: "network-only" });
    // the permit that is open asks at the same time
    setChanged((n) => n + 1);
  });
  const set = (name: string, value: string | undefined) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  // an act that the address asked for is begun once
  const started = useCallback(
    () =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          next.delete("do");
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  return (
    <Ask data={data?.matter} error={error} retry={() => again({ requestPolicy: "network-only" })} rows={14}>
      {(matter) => (
        <>
          <Head
            matter={matter}
            day={day}
            at={at}
            look={(value) => set("at", value)}
            done={() => again({ requestPolicy: "network-only" })}
          />
          {matter.past ? null : <SinceVisit key={matter.id} matter={matter} />}
          <Movers matter={matter} choose={(code) => set("permit", code)} />
          {whatIfOpen && !day ? (
            <WhatIfPanel matter={matter} state={whatIf} done={() => again({ requestPolicy: "network-only" })} />
          ) : null}
          <Board
            matter={matter}
            chosen={params.get("permit") ?? undefined}
            choose={(code) => set("permit", code)}
            flash={flash}
            ghosts={whatIf.ghosts}
            tools={
              matter.forecast && !matter.past ? (
                <Button aria-pressed={whatIfOpen} type={whatIfOpen ? "primary" : "default"} onClick={() => setWhatIf(!whatIfOpen)}>
                  {t("whatif.title")}
                </Button>
              ) : null
            }
          />
          <div style={{ marginTop: 12 }}>
            <Milestones matter={matter} done={() => again({ requestPolicy: "network-only" })} />
          </div>
          <PermitPanel
            matter={matter}
            code={params.get("permit") ?? undefined}
            at={at}
            close={() => set("permit", undefined)}
            open={(code) => set("permit", code)}
            done={() => again({ requestPolicy: "network-only" })}
            start={params.get("do") ?? undefined}
            started={started}
            changed={changed}
          />
        </>
      )}
    </Ask>
  );
}

/** Asks again when the matter has changed, says what happened, and names the permit it happened to. */
function useLiveMatter(id: string, live: boolean, revision: number | undefined, again: () => void): string | undefined {
  const { i18n } = useTranslation();
  const { message } = Messages.useApp();
  const [flash, setFlash] = useState<string>();
  const since = useRef<number>(undefined);
  since.current ??= revision;
  const [{ data }] = useSubscription({
    query: MatterChanged,
    variables: { id, since: since.current },
    pause: !live || since.current === undefined,
  });
  const change = data?.matterChanged;
  const heard = useRef<number>(-1);
  useEffect(() => {
    if (!change) return;
    const at = (change.__typename === "MatterChanged" ? change.revision : change.head) ?? -1;
    if (at <= heard.current && change.__typename === "MatterChanged") return;
    heard.current = at;
    if (change.__typename === "MatterChanged" && revision !== undefined && at <= revision) return;
    again();
    if (change.__typename !== "MatterChanged") return;
    setFlash(change.event.permit ?? undefined);
    void message.info({ content: i18n.language === "en" ? change.event.sentence : change.event.sentenceZh, key: "changed" });
  }, [change, revision, again, message, i18n.language]);
  return flash;
}

function Head({
  matter,
  day,
  at,
  look,
  done,
}: {
  matter: Matter;
  day: string | null;
  at: { known: { time: string } } | undefined;
  look: (day: string | undefined) => void;
  done: () => void;
}) {
  const { t, i18n } = useTranslation();
  const directory = useDirectory();
  const { bodyName, officerName } = directory;
  const go = useNavigate();
  const { project, forecast } = matter;
  const title = project?.name;
  useEffect(() => {
    if (title) document.title = `${title} · ${t("name")}`;
  }, [title, t]);
  const finished = matter.stages.reduce((sum, stage) => sum + stage.done, 0);
  const all = matter.stages.reduce((sum, stage) => sum + stage.permits, 0);
  const owed = matter.permits.flatMap((permit) => permit.tolerances).filter((tolerance) => tolerance.live).length;
  const late = matter.permits.filter((permit) => permit.lateBy).length;
  const figure = (label: string, value: React.ReactNode, alarming = false) => (
    <div>
      <div style={{ fontSize: 12 }}>{label}</div>
      <div className={`om-num${alarming ? " om-late" : ""}`} style={{ fontSize: 20 }}>
        {value}
      </div>
    </div>
  );
  return (
    <Card size="small" style={{ marginBottom: 12 }}>
      <Flex justify="space-between" wrap gap={12}>
        <div>
          <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
            {project?.name ?? matter.id}
          </Typography.Title>
          <Descriptions
            size="small"
            column={{ xs: 1, md: 2, xl: 4 }}
            items={[
              { key: "phase", label: t("matter.status"), children: t(`phase.${matter.phase}`) },
              { key: "lead", label: t("matter.lead"), children: officerName(matter.taskForce?.lead) },
              { key: "by", label: t("matter.implementing"), children: bodyName(project?.implementingBody) },
              { key: "code", label: t("matter.code"), children: <span className="om-num">{project?.code}</span> },
            ]}
          />
        </div>
        <Space align="start" wrap className="om-no-print">
          {project && !matter.past ? <ContactButton applicant={project.applicant} /> : null}
          <ExportButton
            title={project?.name ?? matter.id}
            gather={(run) => workbook(run, matter.id, at, t, directory, i18n.language === "en")}
          />
          <Button onClick={() => void go(`/matter/${matter.id.slice(7)}/replay`)}>{t("replay.open")}</Button>
          <DatePicker
            aria-label={t("matter.asOf")}
            placeholder={t("matter.asOf")}
            value={day ? dayjs(day) : null}
            maxDate={dayjs(beijingDay(matter.past ? new Date().toISOString() : matter.asOf))}
            onChange={(value) => look(value?.format("YYYY-MM-DD"))}
          />
        </Space>
      </Flex>
      {day ? (
        <Alert
          type="warning"
          showIcon
          title={`${t("matter.past")} · ${t("matter.asOf")} ${day}`}
          action={<Button onClick={() => look(undefined)}>{t("matter.now")}</Button>}
          style={{ marginBlock: 8 }}
        />
      ) : null}
      <Flex gap={32} wrap style={{ marginTop: 8 }}>
        {figure(t("matter.done"), `${finished} / ${all}`)}
        {figure(t("matter.late"), late, late > 0)}
        {figure(t("matter.debts"), owed)}
        {figure(
          t("matter.completion"),
          forecast ? (
            <>
              {forecast.completion}
              {forecast.provisional ? (
                <Tooltip title={t("matter.provisionalWhy")}>
                  <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                    {" "}
                    {t("matter.provisional")}
                  </Typography.Text>
                </Tooltip>
              ) : null}
            </>
          ) : (
            "—"
          ),
          !!project?.target && !!forecast && forecast.completion > project.target,
        )}
        {figure(t("matter.target"), project?.target ?? "—")}
      </Flex>
      {matter.past ? null : (
        <div style={{ marginTop: 12 }} className="om-no-print">
          <Actions
            can={matter.can}
            target={{ matter: matter.id, revision: matter.revision ?? undefined }}
            choices={{
              permits: matter.permits.map(({ code, name }) => ({ code, name })),
              milestones: matter.milestones.map(({ code, name }) => ({ code, name })),
              materials: Object.fromEntries(matter.permits.map(({ code, materials }) => [code, materials])),
              today: beijingDay(matter.asOf),
            }}
            done={done}
          />
          <MeetingsOf matter={matter} />
        </div>
      )}
    </Card>
  );
}

/** The most days that one question to the calendar may span. */
const SPAN = 400;

/** The calendar's days of a chart, asked in two where it is long; beyond that they are drawn without their kind. */
function useCalendar(from: string, to: string) {
  const [low, high] = [dayNumber(from), dayNumber(to)];
  const middle = dayOf(Math.min(high, low + SPAN - 1));
  const end = dayOf(Math.min(high, low + 2 * SPAN - 1));
  const [{ data: first }] = useQuery({ query: CalendarQuery, variables: { from, to: middle } });
  const rest = { from: dayOf(low + SPAN), to: end };
  const [{ data: second }] = useQuery({ query: CalendarQuery, variables: rest, pause: high < low + SPAN });
  return useMemo(
    () => [...(first?.calendar.days ?? []), ...(high < low + SPAN ? [] : (second?.calendar.days ?? []))],
    [first, second, high, low],
  );
}

export function Board({
  matter,
  chosen,
  choose,
  flash,
  ghosts,
  tools,
}: {
  matter: Matter;
  chosen: string | undefined;
  choose: (code: string) => void;
  flash: string | undefined;
  /** The bars of another case, beside those there are. */
  ghosts?: Ghosts;
  tools?: ReactNode;
}) {
  const { t } = useTranslation();
  const { bodyName } = useDirectory();
  const [choice, setChoice] = useState<Choice>({ by: "stage", onlyCritical: false, onlyAtRisk: false });
  const [zoom, setZoom] = useState<Zoom>("week");
  const today = beijingDay(matter.asOf);
  const rows = useMemo(
    () =>
      rowsOf(matter, choice, (group) =>
        choice.by === "stage" ? t(`stage.${group as Matter["stages"][number]["stage"]}`) : bodyName(group), ghosts,
      ),
    [matter, choice, t, bodyName, ghosts],
  );
  const [from, to] = useMemo(() => range(rows, today), [rows, today]);
  const calendar = useCalendar(from, to);
  if (!matter.permits.length) return <Empty description={t("matter.noPlan")} />;
  return (
    <>
      <Flex gap={12} wrap align="center" style={{ marginBottom: 8 }} className="om-no-print">
        <Segmented<Choice["by"]>
          aria-label={t("matter.grouping")}
          value={choice.by}
          onChange={(by) => setChoice({ ...choice, by })}
          options={[
            { value: "stage", label: t("matter.byStage") },
            { value: "body", label: t("matter.byBody") },
          ]}
        />
        <Segmented<Zoom>
          aria-label={t("matter.chart")}
          value={zoom}
          onChange={setZoom}
          options={(["day", "week", "month"] as const).map((value) => ({ value, label: t(`matter.scale.${value}`) }))}
        />
        <Checkbox checked={choice.onlyCritical} onChange={(event) => setChoice({ ...choice, onlyCritical: event.target.checked })}>
          {t("matter.onlyCritical")}
        </Checkbox>
        <Checkbox checked={choice.onlyAtRisk} onChange={(event) => setChoice({ ...choice, onlyAtRisk: event.target.checked })}>
          {t("matter.onlyAtRisk")}
        </Checkbox>
        <span style={{ flex: 1 }} />
        {tools}
      </Flex>
      <Legend ghosts={!!ghosts} />
      <Gantt
        rows={rows}
        today={today}
        zoom={zoom}
        calendar={calendar}
        chosen={chosen}
        choose={choose}
        name={matter.project?.name ?? ""}
        bodyName={bodyName}
        flash={flash}
      />
      <Permits rows={rows} choose={choose} chosen={chosen} />
    </>
  );
}
