// The auditor's screen: a matter as it was known after any of its entries, and what lies between two of them.
import { CaretRightOutlined, DownloadOutlined, PauseOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Col, Empty, Flex, Row, Select, Slider, Space, Switch, Table, Tag, Tooltip, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { useQuery } from "urql";
import { useDirectory } from "../app/session";
import { Board } from "../matter/MatterPage";
import { EntryPapers } from "../matter/PermitPanel";
import { MatterQuery } from "../matter/query";
import { workbook } from "../matter/workbook";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { saveLines } from "../ui/save";
import { beijing } from "../ui/words";
import { type Entry, type History, useHistory } from "../history/history";
import { KINDS, type Kind, kindOf } from "../history/kinds";
import { entryColumns } from "../history/sheet";

export default function ReplayPage() {
  const bareId = useParams().id ?? "";
  const { data, error, again } = useHistory(`matter:${bareId}`);
  return (
    <Ask data={data} error={error} retry={again} rows={12}>
      {(history) =>
        history.entries.length ? <Replay key={bareId} id={`matter:${bareId}`} history={history} /> : <Empty />
      }
    </Ask>
  );
}

function Replay({ id, history }: { id: string; history: History }) {
  const { t, i18n } = useTranslation();
  const directory = useDirectory();
  const [params, setParams] = useSearchParams();
  const { entries, name } = history;
  const last = entries.length - 1;
  const clamp = (text: string | null, or: number) => {
    const number = text === null ? Number.NaN : Number(text);
    return Number.isInteger(number) && number >= 0 && number <= last ? number : or;
  };
  // an entry named by its id, as the search does, stands for its place
  const named = params.get("entry");
  const found = named ? entries.findIndex(({ id }) => id.endsWith(`/${named}`)) : -1;
  const at = clamp(params.get("at"), found < 0 ? last : found);
  const against = params.has("against") ? clamp(params.get("against"), 0) : undefined;
  const set = (name: string, value: number | undefined) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (value === undefined) next.delete(name);
        else next.set(name, String(value));
        return next;
      },
      { replace: true },
    );
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    if (at >= last) return setPlaying(false);
    const timer = setTimeout(() => set("at", at + 1), 900);
    return () => clearTimeout(timer);
  });
  const entry = entries[at];
  const marks = useMemo(() => ticks(entries), [entries]);
  if (!entry) return <Empty />;
  const say = (entry: Entry) => (i18n.language === "en" ? entry.sentence : entry.sentenceZh);
  return (
    <>
      <Alert type="warning" showIcon title={t("replay.watermark")} style={{ marginBottom: 12 }} />
      <Card size="small" style={{ marginBottom: 12 }}>
        <Flex justify="space-between" wrap gap={8}>
          <Typography.Title level={1} style={{ fontSize: 20, margin: 0 }}>
            {t("replay.of", { name })}
          </Typography.Title>
          <Space wrap>
            <Link to={`/matter/${id.slice(7)}`}>{t("replay.now")}</Link>
            <Button icon={<DownloadOutlined />} onClick={() => saveLines(`${id.slice(7)}.ndjson`, entries)}>
              NDJSON
            </Button>
            <ExportButton
              title={name}
              label={t("excel.exportMatter")}
              gather={(run) => workbook(run, id, { known: { eventId: entry.id } }, t, directory, i18n.language === "en")}
            />
          </Space>
        </Flex>
        <Flex gap={12} align="center" style={{ marginTop: 8 }}>
          <Button
            aria-label={playing ? t("replay.pause") : t("replay.play")}
            icon={playing ? <PauseOutlined /> : <CaretRightOutlined />}
            onClick={() => {
              if (at >= last) set("at", 0);
              setPlaying(!playing);
            }}
          />
          <div style={{ flex: 1, paddingInline: 8 }}>
            {against === undefined ? (
              <Slider
                ariaLabelForHandle={t("replay.slider")}
                min={0}
                max={last}
                value={at}
                marks={marks}
                tooltip={{ formatter: (n) => (n === undefined ? "" : `#${n} ${entries[n] ? say(entries[n]) : ""}`) }}
                onChange={(n) => set("at", n)}
              />
            ) : (
              <Slider
                range
                ariaLabelForHandle={[t("replay.slider"), t("replay.slider")]}
                min={0}
                max={last}
                value={[Math.min(against, at), Math.max(against, at)]}
                marks={marks}
                onChange={([from, to]) => {
                  set("against", from);
                  set("at", to);
                }}
              />
            )}
          </div>
          <Space>
            <Switch
              id="om-compare"
              checked={against !== undefined}
              onChange={(on) => set("against", on ? Math.max(0, at - 1) : undefined)}
            />
            <label htmlFor="om-compare">{t("replay.compare")}</label>
          </Space>
        </Flex>
        <Typography.Paragraph aria-live="polite" style={{ margin: 0 }}>
          <b className="om-num">
            #{entry.revision} · {beijing(entry.recorded)}
          </b>{" "}
          {say(entry)}
        </Typography.Paragraph>
      </Card>
      {against === undefined ? (
        <AsKnown id={id} entry={entry} />
      ) : (
        <Between entries={entries} from={Math.min(against, at)} to={Math.max(against, at)} />
      )}
      <Entries name={name} entries={entries} at={at} go={(n) => set("at", n)} />
    </>
  );
}

/** The slider's ticks: what the eye should find, at most one a place. */
function ticks(entries: readonly Entry[]): Record<number, { style: { color: string }; label: string }> {
  const marks: Record<number, { style: { color: string }; label: string }> = {};
  const room = Math.max(1, Math.floor(entries.length / 60));
  let free = 0;
  entries.forEach((entry, n) => {
    const kind = kindOf(entry.name);
    if (kind === "other" || n < free) return;
    marks[n] = { style: { color: KINDS[kind].colour }, label: KINDS[kind].glyph };
    free = n + room;
  });
  return marks;
}

function AsKnown({ id, entry }: { id: string; entry: Entry }) {
  const at = useMemo(() => ({ known: { eventId: entry.id } }), [entry.id]);
  const [{ data, error }, again] = useQuery({ query: MatterQuery, variables: { id, at } });
  return (
    <Ask data={data?.matter} error={error} retry={() => again({ requestPolicy: "network-only" })}>
      {(matter) => <Board matter={matter} chosen={entry.permit ?? undefined} choose={() => {}} flash={undefined} />}
    </Ask>
  );
}

function Between({ entries, from, to }: { entries: readonly Entry[]; from: number; to: number }) {
  const { t } = useTranslation();
  const between = entries.slice(from + 1, to + 1);
  const counts = new Map<Kind, number>();
  for (const entry of between) counts.set(kindOf(entry.name), (counts.get(kindOf(entry.name)) ?? 0) + 1);
  return (
    <Card size="small" title={t("replay.between", { from, to, count: between.length })} style={{ marginBottom: 12 }}>
      <Row gutter={[8, 8]}>
        {[...counts].map(([kind, count]) => (
          <Col key={kind}>
            <Tag>
              <span style={{ color: KINDS[kind].colour }}>{KINDS[kind].glyph}</span> {t(`replay.kind.${kind}`)} {count}
            </Tag>
          </Col>
        ))}
      </Row>
      <EntryList entries={between} />
    </Card>
  );
}

function EntryList({ entries }: { entries: readonly Entry[] }) {
  const { i18n } = useTranslation();
  return (
    <ol className="om-list">
      {entries.map((entry) => (
        <li key={entry.id}>
          <span className="om-num">#{entry.revision}</span> {i18n.language === "en" ? entry.sentence : entry.sentenceZh}
        </li>
      ))}
    </ol>
  );
}

function Entries({ name, entries, at, go }: { name: string; entries: readonly Entry[]; at: number; go: (n: number) => void }) {
  const { t, i18n } = useTranslation();
  const directory = useDirectory();
  const { officerName, bodyName } = directory;
  const [person, setPerson] = useState<string>();
  const [body, setBody] = useState<string>();
  const [kind, setKind] = useState<Kind>();
  const shown = entries.filter(
    (entry) => (!person || entry.actor === person) && (!body || entry.body === body) && (!kind || kindOf(entry.name) === kind),
  );
  const distinct = (values: string[]) => [...new Set(values)].sort();
  const columns: ColumnsType<Entry> = [
    {
      title: "#",
      width: 70,
      render: (_, entry) => (
        <Button type="link" size="small" aria-label={t("replay.goto", { n: entry.revision })} onClick={() => go(entry.revision)}>
          {entry.revision}
        </Button>
      ),
    },
    {
      title: t("replay.entry"),
      render: (_, entry) => (
        <>
          <span style={{ color: KINDS[kindOf(entry.name)].colour }} aria-hidden="true">
            {KINDS[kindOf(entry.name)].glyph}
          </span>{" "}
          {i18n.language === "en" ? entry.sentence : entry.sentenceZh}
          {entry.backfilled ? (
            <Tooltip title={t("replay.lateBy", { count: entry.recordedLateWorkingDays })}>
              <Tag style={{ marginLeft: 6 }}>{t("permit.backfilled")}</Tag>
            </Tooltip>
          ) : null}
          <EntryPapers entry={entry} />
        </>
      ),
    },
    { title: t("replay.effective"), width: 110, className: "om-num", dataIndex: "effectiveOn" },
    { title: t("replay.recorded"), width: 150, className: "om-num", responsive: ["md"], render: (_, entry) => beijing(entry.recorded) },
    {
      title: t("replay.by"),
      responsive: ["md"],
      render: (_, entry) =>
        [
          bodyName(entry.body),
          officerName(entry.actor),
          entry.enteredBy ? t("replay.enteredBy", { officer: officerName(entry.enteredBy) }) : "",
        ]
          .filter(Boolean)
          .join(" · "),
    },
  ];
  return (
    <Card size="small" title={t("replay.entries")} style={{ marginTop: 12 }}>
      <Flex gap={8} wrap style={{ marginBottom: 8 }}>
        <Select
          allowClear
          aria-label={t("replay.body")}
          placeholder={t("replay.body")}
          value={body}
          onChange={setBody}
          options={distinct(entries.map((entry) => entry.body)).map((value) => ({ value, label: bodyName(value) }))}
          style={{ minWidth: 160 }}
        />
        <Select
          allowClear
          aria-label={t("replay.person")}
          placeholder={t("replay.person")}
          value={person}
          onChange={setPerson}
          options={distinct(entries.map((entry) => entry.actor)).map((value) => ({ value, label: officerName(value) }))}
          style={{ minWidth: 160 }}
        />
        <Select<Kind>
          allowClear
          aria-label={t("replay.type")}
          placeholder={t("replay.type")}
          value={kind}
          onChange={setKind}
          options={(Object.keys(KINDS) as Kind[]).map((value) => ({ value, label: t(`replay.kind.${value}`) }))}
          style={{ minWidth: 140 }}
        />
        <ExportButton
          title={`${name} ${t("excel.history")}`}
          chosen={[body && bodyName(body), person && officerName(person), kind && t(`replay.kind.${kind}`)]}
          gather={async () => ({ sheets: [sheetOf(t("excel.history"), entryColumns(t, directory, i18n.language === "en"), shown)] })}
        />
      </Flex>
      <Table<Entry>
        size="small"
        rowKey="id"
        columns={columns}
        dataSource={shown}
        pagination={{ pageSize: 30, hideOnSinglePage: true, showSizeChanger: false }}
        rowClassName={(entry) => (entry.revision === at ? "ant-table-row-selected" : "")}
        expandable={{
          expandedRowRender: (entry) => (
            <pre style={{ margin: 0, whiteSpace: "pre-wrap", fontSize: 12 }}>{JSON.stringify(entry.data, null, 2)}</pre>
          ),
        }}
        scroll={{ x: "max-content" }}
      />
    </Card>
  );
}
