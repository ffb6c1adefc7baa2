// Signing in by name and password; in development mode, choosing an account. Explains the platform to whoever sees it first.
import { Alert, Button, Card, Col, Form, Input, List, Row, Segmented, Space, Tag, Typography } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type DevAccount, NotLetIn, type Session, sessionOf, signIn, type Ways, ways } from "../api/session";
import { type Language, speak } from "../i18n";

/** The first accounts to try, by what their people come for. */
const FIRST = ["lead", "nr-officer-1", "clerk", "township", "supervisor", "auditor", "administrator"] as const;

export function SignIn({ use }: { use: (session: Session) => void }) {
  const { t, i18n } = useTranslation();
  const [way, setWay] = useState<Ways>();
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    ways().then(setWay, (error: Error) => setFault(error.message));
  }, []);
  return (
    <main className="om-signin">
      <Space style={{ width: "100%", justifyContent: "space-between" }} align="start">
        <Typography.Title level={1}>{t("name")}</Typography.Title>
        <Segmented<Language>
          aria-label={t("language")}
          value={i18n.language as Language}
          options={[
            { value: "zh-CN", label: "中文" },
            { value: "en", label: "EN" },
          ]}
          onChange={speak}
        />
      </Space>
      <Typography.Paragraph>{t("signIn.what")}</Typography.Paragraph>
      {fault ? (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={t("signIn.unreachable")}
          description={fault}
          action={<Button onClick={() => location.reload()}>{t("fault.retry")}</Button>}
        />
      ) : null}
      {way?.by === "password" ? <ByPassword use={use} /> : null}
      {way?.by === "name" ? <ByName accounts={way.accounts} use={use} /> : null}
    </main>
  );
}

function ByPassword({ use }: { use: (session: Session) => void }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<NotLetIn>();
  const enter = async ({ name, password }: { name: string; password: string }) => {
    setBusy(true);
    setRefused(undefined);
    try {
      use(await signIn(name.trim(), password));
    } catch (error) {
      setRefused(error instanceof NotLetIn ? error : new NotLetIn("unavailable", String(error)));
      setBusy(false);
    }
  };
  return (
    <Card title={<h2 style={{ margin: 0, fontSize: 18 }}>{t("signIn.title")}</h2>} style={{ maxWidth: 420, margin: "0 auto" }}>
      <Form layout="vertical" onFinish={(values: { name: string; password: string }) => void enter(values)}>
        <Form.Item name="name" label={t("signIn.name")} extra={t("signIn.nameHelp")} rules={[{ required: true, message: t("command.required", { label: t("signIn.name") }) }]}>
          <Input autoComplete="username" autoFocus autoCapitalize="none" spellCheck={false} />
        </Form.Item>
        <Form.Item name="password" label={t("signIn.password")} rules={[{ required: true, message: t("command.required", { label: t("signIn.password") }) }]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        {refused ? (
          <Alert
            type="error"
            showIcon
            role="alert"
            title={t(`signIn.refused.${refused.why}`)}
            description={refused.traceId ? `${t("fault.trace")} ${refused.traceId}` : undefined}
            style={{ marginBottom: 12 }}
          />
        ) : null}
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t("signIn.enter")}
        </Button>
      </Form>
    </Card>
  );
}

function ByName({ accounts, use }: { accounts: readonly DevAccount[]; use: (session: Session) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return accounts.filter((account) => `${account.name} ${account.post} ${account.body}`.toLowerCase().includes(wanted));
  }, [accounts, text]);
  return (
    <>
      <Alert type="warning" showIcon title={t("devBanner")} style={{ marginBottom: 16 }} />
      <Typography.Title level={2}>{t("signIn.roles")}</Typography.Title>
      <Row gutter={[12, 12]}>
        {FIRST.map((name) => (
          <Col key={name} xs={24} sm={12} lg={8}>
            <Card size="small" title={t(`signIn.first.${name}.who`)}>
              <p>{t(`signIn.first.${name}.does`)}</p>
              <Button type="primary" block onClick={() => use(sessionOf(name))}>
                {t("signIn.as", { name })}
              </Button>
            </Card>
          </Col>
        ))}
      </Row>
      <Typography.Title level={2}>{t("signIn.all")}</Typography.Title>
      <Input.Search
        allowClear
        type="search"
        aria-label={t("signIn.find")}
        placeholder={t("signIn.find")}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <List
        size="small"
        dataSource={found}
        pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
        renderItem={(account) => (
          <List.Item
            actions={[
              <Button key="use" size="small" onClick={() => use(sessionOf(account.name))}>
                {t("signIn.as", { name: account.name })}
              </Button>,
            ]}
          >
            <Space wrap>
              <span>{account.post}</span>
              {account.roles.map((role) => (
                <Tag key={role}>{t(`role.${role.toUpperCase() as "LEAD"}`)}</Tag>
              ))}
            </Space>
          </List.Item>
        )}
      />
    </>
  );
}
