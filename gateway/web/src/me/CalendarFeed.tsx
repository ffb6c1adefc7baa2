// The secret address of one's calendar of deadlines: made, shown once, closed.
import { Alert, App as Messages, Button, Flex, Popconfirm, Typography } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";
import { graphql } from "../api/graphql";
import { answerOf, useSending } from "../commands/useSending";

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

export function CalendarFeed({ since, again }: { since: string | null; again: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const { message } = Messages.useApp();
  const [address, setAddress] = useState<string>();
  const { busy, told, run } = useSending();
  const field = useRef<HTMLInputElement>(null);

  const open = async () => {
    await run(async (commandId) => {
      const { path, outcome } = answerOf(await client.mutation(Open, { input: { commandId } }).toPromise()).openCalendarFeed;
      if (path) setAddress(new URL(path, location.origin).href);
      return outcome;
    });
    again();
  };
  const close = async () => {
    const closed = await run(
      async (commandId) => answerOf(await client.mutation(Close, { input: { commandId } }).toPromise()).closeCalendarFeed,
    );
    if (closed) setAddress(undefined);
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
        {told}
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
              onConfirm={() => void open()}
            >
              <Button loading={busy}>{t("feed.renew")}</Button>
            </Popconfirm>
            <Popconfirm
              title={t("feed.closeSure")}
              okText={t("feed.close")}
              cancelText={t("command.cancel")}
              okButtonProps={{ danger: true }}
              onConfirm={() => void close()}
            >
              <Button danger loading={busy}>
                {t("feed.close")}
              </Button>
            </Popconfirm>
          </>
        ) : (
          <Button type="primary" loading={busy} onClick={() => void open()}>
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
