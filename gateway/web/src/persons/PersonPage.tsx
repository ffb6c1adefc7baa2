// The record of a person's texts: what is known to be this person, how it stands, who saw what in full and why; and for the
// security administrator to restrict, lift and erase (个人信息保护法 47).
import { Alert, Button, Card, Descriptions, Empty, Flex, Grid, Table, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useClient, useQuery } from "urql";
import { hasRole, useDirectory } from "../app/session";
import { CommandForm } from "../commands/CommandForm";
import { commandName, valueName } from "../commands/words";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { readAll } from "../ui/pages";
import { bare, beijing } from "../ui/words";
import { ForReaders } from "./ForReaders";
import { type Entry, MOST_ENTRIES, NamingsQuery, pickNamings, type PersonRecord, RecordQuery } from "./query";
import { entryColumns } from "./sheet";
import { type Act, accountWords, actsOn, type Known, knownOf, type Naming, namingsOf, shortened, subjectOf } from "./subject";

export default function PersonPage() {
  const { id = "" } = useParams();
  const subject = subjectOf(id);
  return (
    <ForReaders>
      <Card size="small">{subject ? <OnePerson key={subject} id={subject} /> : <NoSubject />}</Card>
    </ForReaders>
  );
}

function Title({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <>
      <Link to="/persons">‹ {t("place.persons")}</Link>
      <Typography.Title level={1} style={{ fontSize: 22, marginTop: 4, overflowWrap: "anywhere" }}>
        {t("persons.title")}
        {children}
      </Typography.Title>
    </>
  );
}

function NoSubject() {
  const { t } = useTranslation();
  return (
    <>
      <Title />
      <Alert type="warning" showIcon role="alert" title={t("persons.noReference")} />
    </>
  );
}

function OnePerson({ id }: { id: string }) {
  const { t } = useTranslation();
  const directory = useDirectory();
  // how it stood a while ago is no ground for an order
  const [{ data, error }, ask] = useQuery({ query: RecordQuery, variables: { id }, requestPolicy: "network-only" });
  const again = () => ask({ requestPolicy: "network-only" });
  const record = data?.personRecord;
  const namings = useNamings(id, record);
  const first = namings.found?.[0];
  const name = id.startsWith("officer:")
    ? accountWords(t, directory, id)
    : first && t("persons.contactOf", { applicant: bare(first.applicant) });
  const known = record ? knownOf(t, directory, record.subjects, namings.found ?? []) : [];
  return (
    <>
      <Title>{name ? ` · ${name}` : null}</Title>
      <Ask data={record} error={error} retry={again}>
        {(record) => (
          <>
            <Standing record={record} />
            <Subjects known={known} again={namings.again} />
            {hasRole(directory.me, "SECURITY_ADMINISTRATOR") ? (
              <Orders id={id} record={record} known={known} again={again} />
            ) : null}
            <Entries record={record} of={name ?? id} />
          </>
        )}
      </Ask>
    </>
  );
}

interface Namings {
  found: readonly Naming[] | undefined;
  /** Where they could not be read. */
  again: (() => void) | undefined;
}

/** Where the person was named. A text says nothing of whose it is; where it was named is what people know it by. */
function useNamings(id: string, record: PersonRecord | undefined): Namings {
  const client = useClient();
  const [all, setAll] = useState<readonly Naming[] | "failed">();
  const [turn, setTurn] = useState(0);
  const known = record !== undefined;
  useEffect(() => {
    if (!known) return;
    const stop = new AbortController();
    readAll(client, NamingsQuery, { after: null }, pickNamings, stop.signal, () => {}).then(
      ({ nodes }) => setAll(nodes),
      () => {
        if (!stop.signal.aborted) setAll("failed");
      },
    );
    return () => stop.abort();
  }, [client, known, turn]);
  if (all === "failed") return { found: undefined, again: () => setTurn((turn) => turn + 1) };
  const references = record ? [id, ...record.subjects, ...record.entries.flatMap(({ ref }) => ref ?? [])] : [];
  return { found: all && record ? namingsOf(all, references) : undefined, again: undefined };
}

function Standing({ record }: { record: PersonRecord }) {
  const { t } = useTranslation();
  const items = [
    {
      key: "restricted",
      label: t("persons.restricted"),
      children: record.restrictedSince ? (
        <span className="om-held">{t("persons.restrictedSince", { day: record.restrictedSince })}</span>
      ) : (
        t("persons.notRestricted")
      ),
    },
    {
      key: "erased",
      label: t("persons.erased"),
      children: record.erasedOn ? <span className="om-bad">{t("persons.erasedOn", { day: record.erasedOn })}</span> : t("persons.notErased"),
    },
    { key: "unmasked", label: t("persons.unmasked"), children: t("persons.times", { count: record.unmasked }) },
  ];
  return <Descriptions size="small" column={{ xs: 1, sm: 3 }} items={items} style={{ marginBottom: 12 }} />;
}

function Subjects({ known, again }: { known: readonly Known[]; again: Namings["again"] }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t("persons.subjects")} style={{ marginBottom: 12 }}>
      <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
        {t("persons.subjects")}
      </Typography.Title>
      <Typography.Text type="secondary">{t("persons.together")}</Typography.Text>
      <ul className="om-list">
        {known.map(({ words, reference }) => (
          <li key={reference ?? words}>
            {words}{" "}
            {reference ? (
              <Typography.Text type="secondary" copyable={{ text: reference }} style={{ fontSize: 12, overflowWrap: "anywhere" }}>
                {reference}
              </Typography.Text>
            ) : null}
          </li>
        ))}
      </ul>
      {again ? (
        <div role="alert" className="om-under">
          {t("persons.namingsUnread")}{" "}
          <Button size="small" onClick={again}>
            {t("fault.retry")}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

function Orders({
  id,
  record,
  known,
  again,
}: {
  id: string;
  record: PersonRecord;
  known: readonly Known[];
  again: () => void;
}) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const [act, setAct] = useState<Act>();
  return (
    <>
      {record.erasedOn ? <Alert type="info" showIcon title={t("persons.nowKeys")} style={{ marginBottom: 12 }} /> : null}
      <Flex gap={8} wrap role="group" aria-label={t("permit.actions")} style={{ marginBottom: 12 }}>
        {actsOn(record).map((name) => (
          <Button key={name} danger={name === "erasePerson"} onClick={() => setAct(name)}>
            {commandName(name, english)}
          </Button>
        ))}
      </Flex>
      {act ? (
        <CommandForm
          key={act}
          target={{
            command: act,
            fixed: { subject: id },
            initial: act === "erasePerson" ? { basis: "个人信息保护法 47" } : undefined,
            about: known.map(({ words }) => words).join(t("persons.semicolon")),
          }}
          choices={{}}
          close={() => setAct(undefined)}
          done={() => {
            setAct(undefined);
            again();
          }}
          sure={act === "erasePerson" ? <WhatItTakes known={known} /> : undefined}
        />
      ) : null}
    </>
  );
}

function WhatItTakes({ known }: { known: readonly Known[] }) {
  const { t } = useTranslation();
  return (
    <>
      <p style={{ marginTop: 0 }}>{t("persons.takes")}</p>
      <ul style={{ paddingInlineStart: 20, overflowWrap: "anywhere" }}>
        {known.map(({ words, reference }) => (
          <li key={reference ?? words}>
            {words} {reference ? <span className="om-under">{reference}</span> : null}
          </li>
        ))}
      </ul>
      <p>
        <b>{t("persons.forGood")}</b>
      </p>
      <p style={{ marginBottom: 0 }}>{t("persons.thenKeys")}</p>
    </>
  );
}

const LOOK = { UNMASKED: "om-plain", RESTRICTED: "om-held", LIFTED: "om-good", ERASED: "om-bad" } as const;

function Entries({ record, of }: { record: PersonRecord; of: string }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const wide = Grid.useBreakpoint().md ?? true;
  const directory = useDirectory();
  const { officerName, bodyName } = directory;
  const when = (entry: Entry) => <span className="om-day om-num">{beijing(entry.at)}</span>;
  const what = (entry: Entry) => (
    <>
      <span className={LOOK[entry.kind]}>{t(`persons.kind.${entry.kind}`)}</span>
      {entry.ref ? (
        <div className="om-under">
          {entry.class ? valueName(entry.class, english) : ""}{" "}
          <Typography.Text type="secondary" copyable={{ text: entry.ref }} title={entry.ref} style={{ fontSize: 12, whiteSpace: "nowrap" }}>
            {shortened(entry.ref)}
          </Typography.Text>
        </div>
      ) : null}
    </>
  );
  const by = (entry: Entry) => (
    <>
      {officerName(entry.officer)}
      <div className="om-under">{bodyName(entry.body)}</div>
      {entry.orderedBy ? <div className="om-under">{t("persons.orderedBy", { who: officerName(entry.orderedBy) })}</div> : null}
    </>
  );
  const why = (entry: Entry) => (
    <>
      <div style={{ overflowWrap: "anywhere" }}>{entry.reason}</div>
      {entry.basis ? <div className="om-under">{t("persons.byBasis", { basis: entry.basis })}</div> : null}
    </>
  );
  const columns: ColumnsType<Entry & { key: number }> = wide
    ? [
        { title: t("persons.at"), render: (_, entry) => when(entry) },
        { title: t("persons.happened"), render: (_, entry) => what(entry) },
        { title: t("persons.by"), render: (_, entry) => by(entry) },
        { title: t("persons.reason"), render: (_, entry) => why(entry) },
      ]
    : [
        {
          title: t("persons.happened"),
          width: "50%",
          render: (_, entry) => (
            <>
              {when(entry)}
              <div>{what(entry)}</div>
              {why(entry)}
            </>
          ),
        },
        { title: t("persons.by"), render: (_, entry) => by(entry) },
      ];
  return (
    <>
      <Flex justify="space-between" align="center" wrap gap={8} style={{ marginBottom: 8 }}>
        <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
          {t("persons.entries")}
        </Typography.Title>
        <ExportButton
          title={t("persons.title")}
          chosen={[of]}
          gather={async () => ({ sheets: [sheetOf(t("persons.entries"), entryColumns(t, directory, english), record.entries)] })}
        />
      </Flex>
      <Table<Entry & { key: number }>
        size="middle"
        columns={columns}
        dataSource={record.entries.map((entry, key) => ({ ...entry, key }))}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{ emptyText: <Empty description={t("persons.noEntries")} /> }}
      />
      {record.entries.length >= MOST_ENTRIES ? (
        <Typography.Text type="secondary">{t("persons.most", { count: MOST_ENTRIES })}</Typography.Text>
      ) : null}
    </>
  );
}
