// Whom to reach at the applicant. Asked for when somebody wants to know, for each look at an applicant's record is written down;
// masked, and in full for a reason only. Who works on matters names the contact.
import { Button, Flex, Form, Input, Modal, Typography } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient, useQuery } from "urql";
import { graphql } from "../api/graphql";
import { hasRole, useDirectory } from "../app/session";
import { CommandForm } from "../commands/CommandForm";
import { putText } from "../commands/send";
import { answerOf, useSending } from "../commands/useSending";
import { commandName } from "../commands/words";
import { Ask } from "../ui/Ask";

const ContactQuery = graphql(`
  query ApplicantContact($id: ID!) {
    applicant(id: $id) {
      contact {
        since
        by
        name {
          ref
          masked
          state
        }
        phone {
          ref
          masked
          state
        }
      }
    }
  }
`);

const Unmask = graphql(`
  mutation UnmaskContact($input: UnmaskInput!) {
    unmask(input: $input) {
      __typename
      ... on Unmasked {
        text
      }
      ... on CommandRefused {
        message
        messageZh
      }
      ... on CommandConflict {
        message
        messageZh
      }
    }
  }
`);

const Name = graphql(`
  mutation NameContact($input: NameContactInput!) {
    nameContact(input: $input) {
      __typename
      ... on CommandRefused {
        message
        messageZh
      }
      ... on CommandConflict {
        message
        messageZh
      }
    }
  }
`);

interface Text {
  ref: string;
  masked: string | null;
  state: "KEPT" | "RESTRICTED" | "ERASED" | "UNREADABLE" | null;
}

export function ContactButton({ applicant }: { applicant: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("contact.title")}</Button>
      <Modal open={open} title={t("contact.title")} footer={null} destroyOnHidden onCancel={() => setOpen(false)}>
        <Contact applicant={applicant} />
      </Modal>
    </>
  );
}

function Contact({ applicant }: { applicant: string }) {
  const { t, i18n } = useTranslation();
  const { officerName, me } = useDirectory();
  const [doing, setDoing] = useState<"name" | "remove">();
  // nobody else may be shown what was read before an erasure
  const [{ data, error }, ask] = useQuery({
    query: ContactQuery,
    variables: { id: applicant },
    requestPolicy: "network-only",
  });
  const again = () => ask({ requestPolicy: "network-only" });
  const done = () => {
    setDoing(undefined);
    again();
  };
  const keeps = hasRole(me, "OFFICER", "HEAD", "LEAD", "CLERK");
  return (
    <Ask data={data?.applicant} error={error} retry={again} rows={2}>
      {({ contact }) => (
        <Flex vertical gap={12}>
          {contact ? (
            <>
              <One key={contact.name.ref} label={t("contact.name")} text={contact.name} />
              {contact.phone ? <One key={contact.phone.ref} label={t("contact.phone")} text={contact.phone} /> : null}
              <Typography.Text type="secondary">
                {t("contact.since", { day: contact.since, officer: officerName(contact.by) })}
              </Typography.Text>
            </>
          ) : (
            <Typography.Text type="secondary">{t("contact.none")}</Typography.Text>
          )}
          {doing === "name" ? <NameForm applicant={applicant} done={done} cancel={() => setDoing(undefined)} /> : null}
          {keeps && doing === undefined ? (
            <Flex gap={8}>
              <Button onClick={() => setDoing("name")}>{contact ? t("contact.replace") : t("contact.add")}</Button>
              {contact ? (
                <Button danger onClick={() => setDoing("remove")}>
                  {commandName("removeContact", i18n.language === "en")}
                </Button>
              ) : null}
            </Flex>
          ) : null}
          {doing === "remove" ? (
            <CommandForm
              target={{ command: "removeContact", fixed: { applicant } }}
              choices={{}}
              close={() => setDoing(undefined)}
              done={done}
            />
          ) : null}
        </Flex>
      )}
    </Ask>
  );
}

/** A name and a telephone of one person: kept in the vault first, so that the command carries only where they are. */
function NameForm({ applicant, done, cancel }: { applicant: string; done: () => void; cancel: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const { busy, told, run } = useSending();
  // sent again, a text is the same reference: another would be another intention
  const kept = useRef(new Map<string, Promise<string>>());
  const keep = (textClass: string, text: string, subject?: string) => {
    const key = JSON.stringify([textClass, text, subject]);
    const known = kept.current.get(key) ?? putText(client, textClass, text, subject);
    kept.current.set(key, known);
    known.catch(() => kept.current.delete(key));
    return known;
  };
  const submit = async (values: { name: string; phone?: string }) => {
    const answer = await run(async (commandId) => {
      const name = await keep("PERSON_NAME", values.name.trim());
      const phone = values.phone?.trim() ? await keep("CONTACT", values.phone.trim(), name) : undefined;
      return answerOf(await client.mutation(Name, { input: { commandId, applicant, name, phone } }).toPromise()).nameContact;
    });
    if (answer) done();
  };
  return (
    <Form layout="vertical" onFinish={(values: { name: string; phone?: string }) => void submit(values)}>
      <Form.Item name="name" label={t("contact.name")} rules={[{ required: true, whitespace: true, message: t("contact.nameNeeded") }]}>
        <Input maxLength={50} autoFocus autoComplete="off" />
      </Form.Item>
      <Form.Item name="phone" label={t("contact.phone")} extra={t("contact.kept")}>
        <Input maxLength={50} inputMode="tel" autoComplete="off" />
      </Form.Item>
      {told}
      <Flex gap={8}>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t("contact.save")}
        </Button>
        <Button onClick={cancel}>{t("command.cancel")}</Button>
      </Flex>
    </Form>
  );
}

function One({ label, text }: { label: string; text: Text }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [full, setFull] = useState<string>();
  return (
    <section aria-label={label}>
      <Flex gap={12} align="center">
        <span>{label}</span>
        <b className="om-num">
          {full ?? text.masked ?? t(text.state && text.state !== "KEPT" ? `contact.state.${text.state}` : "contact.hidden")}
        </b>
        {text.masked && full === undefined && !asking ? (
          <Button size="small" onClick={() => setAsking(true)}>
            {t("contact.full")}
          </Button>
        ) : null}
      </Flex>
      {asking ? (
        <Reason
          reference={text.ref}
          shown={(whole) => {
            setFull(whole);
            setAsking(false);
          }}
        />
      ) : null}
    </section>
  );
}

/** Asks why, and hands over the text once that was recorded. */
function Reason({ reference, shown }: { reference: string; shown: (text: string) => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const { busy, told, run } = useSending();
  const [unreadable, setUnreadable] = useState(false);
  const submit = async ({ reason }: { reason: string }) => {
    const send = async (commandId: string) =>
      answerOf(await client.mutation(Unmask, { input: { commandId, ref: reference, reason: reason.trim() } }).toPromise()).unmask;
    const answer = await run(send);
    if (answer?.text) shown(answer.text);
    else setUnreadable(answer !== undefined);
  };
  return (
    <Form layout="vertical" style={{ marginTop: 8 }} onFinish={(values: { reason: string }) => void submit(values)}>
      <Form.Item name="reason" label={t("contact.reason")} rules={[{ required: true, whitespace: true, message: t("contact.reason") }]}>
        <Input maxLength={200} autoFocus />
      </Form.Item>
      {told}
      {unreadable ? <Typography.Paragraph role="alert">{t("contact.state.UNREADABLE")}</Typography.Paragraph> : null}
      <Button type="primary" htmlType="submit" loading={busy}>
        {t("contact.show")}
      </Button>
    </Form>
  );
}
