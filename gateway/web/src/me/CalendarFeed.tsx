// The secret address of one's calendar of deadlines: made, shown once, closed.
import { Alert, App as Messages, Button, Flex, Popconfirm, Typography } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CombinedError, useClient } from "urql";
import { graphql } from "../api/graphql";
import { newId } from "../api/ids";
import { FaultNote } from "../ui/Ask";

const Open = graphql(`
  mutation OpenCalendarFeed($input: CalendarFeedInput!) {
    openCalendarFeed(input: $input) {
      path
      outcome {
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
  }
`);

const Close = graphql(`
  mutation CloseCalendarFeed($input: CalendarFeedInput!) {
    closeCalendarFeed(input: $input) {
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

interface Outcome {
  __typename: string;
  message?: string;
  messageZh?: string;
}

export function CalendarFeed({ since, again }: { since: string | null; again: () => void }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const client = useClient();
  const { message } = Messages.useApp();
  const [address, setAddress] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [fault, setFault] = useState<{ error: CombinedError; retry: () => void }>();
  const field = useRef<HTMLInputElement>(null);

  const run = async (what: "open" | "close") => {
    setBusy(true);
    setRefused(undefined);
    setFault(undefined);
    const input = { commandId: newId() };
    let outcome: Outcome | undefined;
    let error: CombinedError | undefined;
    if (what === "open") {
      const answer = await client.mutation(Open, { input }).toPromise();
      ({ error } = answer);
      outcome = answer.data?.openCalendarFeed.outcome as Outcome | undefined;
      const path = answer.data?.openCalendarFeed.path;
      if (path) setAddress(new URL(path, location.origin).href);
    } else {
      const answer = await client.mutation(Close, { input }).toPromise();
      ({ error } = answer);
      outcome = answer.data?.closeCalendarFeed as Outcome | undefined;
      if (outcome?.__typename === "RegisterCommandDone") setAddress(undefined);
    }
    setBusy(false);
    if (!outcome) {
      if (error) setFault({ error, retry: () => void run(what) });
    } else if (outcome.__typename !== "RegisterCommandDone") setRefused((english ? outcome.message : outcome.messageZh) ?? "");
    again();
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address ?? "");
      void message.success(t("feed.copied"));
    } catch {
      // a page that is not served over TLS has no clipboard: the person copies what is selected
      field.current?.select();
      void message.info(t("feed.selected"));
    }
  };

  return (
    <section aria-labelledby="om-feed">
      <Typography.Title level={2} id="om-feed" style={{ fontSize: 16, marginTop: 0 }}>
        {t("feed.title")}
      </Typography.Title>
      <Typography.Paragraph>{t("feed.what")}</Typography.Paragraph>
      <div aria-live="polite">
        {fault ? <FaultNote error={fault.error} retry={fault.retry} /> : null}
        {refused === undefined ? null : <Alert type="error" showIcon role="alert" title={refused} style={{ marginBottom: 12 }} />}
        {address ? (
          <Alert
            type="success"
            showIcon
            style={{ marginBottom: 12 }}
            title={t("feed.once")}
            description={
              <Flex gap={8} wrap style={{ marginTop: 8 }}>
                <input
                  ref={field}
                  readOnly
                  className="om-address"
                  aria-label={t("feed.address")}
                  value={address}
                  onFocus={({ currentTarget }) => currentTarget.select()}
                />
                <Button type="primary" onClick={() => void copy()}>
                  {t("feed.copy")}
                </Button>
              </Flex>
            }
          />
        ) : null}
      </div>
      <Flex gap={8} wrap align="center">
        {since ? (
          <>
            <Typography.Text className="om-num">{t("feed.since", { day: since })}</Typography.Text>
            <Popconfirm
              title={t("feed.renewSure")}
              okText={t("feed.renew")}
              cancelText={t("command.cancel")}
              onConfirm={() => void run("open")}
            >
              <Button loading={busy}>{t("feed.renew")}</Button>
            </Popconfirm>
            <Popconfirm
              title={t("feed.closeSure")}
              okText={t("feed.close")}
              cancelText={t("command.cancel")}
              okButtonProps={{ danger: true }}
              onConfirm={() => void run("close")}
            >
              <Button danger loading={busy}>
                {t("feed.close")}
              </Button>
            </Popconfirm>
          </>
        ) : (
          <Button type="primary" loading={busy} onClick={() => void run("open")}>
            {t("feed.open")}
          </Button>
        )}
      </Flex>
      <Typography.Title level={3} style={{ fontSize: 14, marginTop: 16 }}>
        {t("feed.how")}
      </Typography.Title>
      <ul className="om-steps-list">
        {(["outlook", "phone", "other"] as const).map((where) => (
          <li key={where}>{t(`feed.steps.${where}`)}</li>
        ))}
      </ul>
      <Typography.Paragraph type="secondary" style={{ margin: 0 }}>
        {t("feed.secret")}
      </Typography.Paragraph>
    </section>
  );
}
