// Personal texts (个人信息): whose record is looked for, by account, by where somebody was named, or by reference.
import { Button, Card, Empty, Flex, Form, Grid, Input, Select, Table, Typography } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useDirectory } from "../app/session";
import { Ask } from "../ui/Ask";
import { ExportButton } from "../ui/ExportButton";
import { sheetOf } from "../ui/excel";
import { More } from "../ui/More";
import { usePages } from "../ui/pages";
import { bare } from "../ui/words";
import { ForReaders } from "./ForReaders";
import { ContactsQuery, type NamedContact, pickContacts } from "./query";
import { contactColumns, stateWords } from "./sheet";
import { recordOf, subjectOf } from "./subject";

export default function Persons() {
  return (
    <ForReaders>
      <Finding />
    </ForReaders>
  );
}

function Finding() {
  const { t } = useTranslation();
  return (
    <>
      <Card size="small" style={{ marginBottom: 12 }}>
        <Typography.Title level={1} style={{ fontSize: 22, marginTop: 0 }}>
          {t("place.persons")}
        </Typography.Title>
        <Typography.Paragraph type="secondary">{t("persons.explained")}</Typography.Paragraph>
        <ByAccount />
        <ByReference />
      </Card>
      <Card size="small">
        <Typography.Title level={2} style={{ fontSize: 16, marginTop: 0 }}>
          {t("persons.contacts")}
        </Typography.Title>
        <Contacts />
      </Card>
    </>
  );
}

function ByAccount() {
  const { t } = useTranslation();
  const go = useNavigate();
  const { officers, officerName, bodyName } = useDirectory();
  return (
    <Form layout="vertical">
      <Form.Item label={t("persons.account")} htmlFor="person-account" style={{ maxWidth: 560, marginBottom: 12 }}>
        <Select<string>
          id="person-account"
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("persons.accountHint")}
          value={null}
          onSelect={(id) => void go(recordOf(id))}
          options={officers.map(({ id, body }) => ({ value: id, label: `${officerName(id)} · ${bodyName(body)} · ${bare(id)}` }))}
        />
      </Form.Item>
    </Form>
  );
}

function ByReference() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const open = () => {
    const subject = subjectOf(typed);
    if (subject) void go(recordOf(subject));
    else setWrong(true);
  };
  return (
    <Form layout="vertical" onFinish={open}>
      <Form.Item
        label={t("persons.reference")}
        htmlFor="person-reference"
        validateStatus={wrong ? "error" : undefined}
        help={wrong ? <span role="alert">{t("persons.noReference")}</span> : undefined}
        style={{ maxWidth: 560, marginBottom: 0 }}
      >
        <Flex gap={8}>
          <Input
            id="person-reference"
            maxLength={80}
            autoComplete="off"
            spellCheck={false}
            placeholder="vault:…"
            value={typed}
            aria-invalid={wrong}
            onChange={({ target }) => {
              setTyped(target.value);
              setWrong(false);
            }}
          />
          <Button htmlType="submit">{t("persons.open")}</Button>
        </Flex>
      </Form.Item>
    </Form>
  );
}

function Contacts() {
  const { t } = useTranslation();
  const directory = useDirectory();
  const wide = Grid.useBreakpoint().md ?? true;
  const [params, setParams] = useSearchParams();
  const chosen = params.get("applicant");
  const variables = { applicant: chosen ? `applicant:${chosen}` : null };
  const pages = usePages(ContactsQuery, variables, pickContacts);
  const narrow = (text: string) => setParams(text.trim() ? { applicant: bare(text.trim()) } : {});
  const named = (row: NamedContact) => (
    <div className="om-under">{t("persons.namedByWhom", { who: directory.officerName(row.by) })}</div>
  );
  const days = (row: NamedContact) => (
    <>
      <span className="om-day">{row.since}</span> –{" "}
      {row.until ? <span className="om-day">{row.until}</span> : <span className="om-good">{t("persons.now")}</span>}
    </>
  );
  const texts = (row: NamedContact) => (
    <Flex gap="2px 12px" wrap>
      <Standing label={t("contact.name")} text={row.name} />
      {row.phone ? <Standing label={t("contact.phone")} text={row.phone} /> : null}
    </Flex>
  );
  const record = (row: NamedContact) => (
    <Link
      to={recordOf(row.name.ref)}
      aria-label={t("persons.recordOf", { applicant: bare(row.applicant), since: row.since })}
      style={{ fontWeight: 600 }}
    >
      {t("persons.open")}
    </Link>
  );
  const columns: ColumnsType<NamedContact> = wide
    ? [
        {
          title: t("persons.applicant"),
          render: (_, row) => (
            <>
              <b>{bare(row.applicant)}</b>
              {named(row)}
            </>
          ),
        },
        { title: t("persons.days"), className: "om-num", render: (_, row) => days(row) },
        { title: t("persons.texts"), render: (_, row) => texts(row) },
        { title: t("persons.record"), render: (_, row) => record(row) },
      ]
    : [
        {
          title: t("persons.applicant"),
          render: (_, row) => (
            <>
              <b>{bare(row.applicant)}</b>
              <div className="om-num">{days(row)}</div>
              {named(row)}
              {texts(row)}
              {record(row)}
            </>
          ),
        },
      ];
  return (
    <>
      <Flex gap={8} wrap style={{ marginBottom: 12 }}>
        <Input.Search
          key={chosen}
          allowClear
          defaultValue={chosen ?? ""}
          maxLength={80}
          aria-label={t("persons.onlyApplicant")}
          placeholder={t("persons.onlyApplicant")}
          onSearch={narrow}
          style={{ width: 360, maxWidth: "100%" }}
        />
        <ExportButton
          title={t("persons.contacts")}
          chosen={[chosen]}
          gather={async (run) => {
            const { nodes } = await run.all(ContactsQuery, variables, pickContacts);
            return { sheets: [sheetOf(t("persons.contacts"), contactColumns(t, directory), nodes)] };
          }}
        />
      </Flex>
      <Ask data={pages.nodes} error={pages.error} retry={pages.again}>
        {(nodes) => (
          <>
            <Table<NamedContact>
              size="middle"
              rowKey={({ applicant, name, since, until }) => `${applicant} ${name.ref} ${since} ${until}`}
              columns={columns}
              dataSource={[...nodes]}
              pagination={false}
              locale={{ emptyText: <Empty description={t(chosen ? "persons.noneAt" : "persons.none", { applicant: chosen })} /> }}
            />
            <More shown={nodes.length} more={pages.more} busy={pages.busy} />
          </>
        )}
      </Ask>
    </>
  );
}

const LOOK = { KEPT: "om-good", RESTRICTED: "om-held", ERASED: "om-plain", UNREADABLE: "om-bad", UNKNOWN: "om-bad" } as const;

function Standing({ label, text }: { label: string; text: NamedContact["name"] }) {
  const { t } = useTranslation();
  return (
    <span style={{ whiteSpace: "nowrap" }}>
      {label} <span className={LOOK[text.state ?? "UNKNOWN"]}>{stateWords(t, text)}</span>
    </span>
  );
}
