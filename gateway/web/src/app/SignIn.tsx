// The first page: signing in with name and password or at an identity provider, or, in development, choosing an account. Explains the platform to
// whoever sees it first.
import { Alert, Button, Card, Col, Divider, Form, Input, List, Row, Segmented, Skeleton, Space, Tag, Typography } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { beginAt, came, choose, type DevAccount, NotLetIn, type ProviderWay, type Session, signIn, type Ways, ways, without } from "../api/session";
import { type Language, speak } from "../i18n";

/** The first accounts to try, by what their people come for. */
const FIRST = ["lead", "nr-officer-1", "clerk", "township", "supervisor", "auditor", "administrator", "security-administrator", "audit-administrator"] as const;

type Use = (session: Session) => void;

export function SignIn({ use, over }: { use: Use; over: boolean }) {
  const { t, i18n } = useTranslation();
  const [found, setFound] = useState<Ways>();
  const [fault, setFault] = useState<string>();
  const { pathname, search } = useLocation();
  const go = useNavigate();
  const [failed] = useState(() => came(search));
  useEffect(() => {
    // said once: a reload, or signing in and out again, does not say it again
    if (came(search)) void go(without(search, pathname), { replace: true });
  }, [search, pathname, go]);
  useEffect(() => {
    ways().then(setFound, (error: Error) => setFault(error.message));
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
      {over ? <Alert type="info" showIcon role="status" title={t("signIn.over")} style={{ marginBottom: 16 }} /> : null}
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
      {failed && !over ? <Alert type="error" showIcon role="alert" title={t(`signIn.came.${failed}`)} style={{ marginBottom: 16 }} /> : null}
      {found?.by === "password" ? <ByPassword use={use} /> : null}
      {found?.by === "password" && found.providers?.length ? <ByProvider providers={found.providers} /> : null}
      {found?.by === "name" ? <ByName accounts={found.accounts} use={use} /> : null}
      {found || fault ? null : <Skeleton active />}
    </main>
  );
}

function ByProvider({ providers }: { providers: ProviderWay[] }) {
  const { t, i18n } = useTranslation();
  const { pathname, search } = useLocation();
  return (
    <div style={{ maxWidth: 420 }}>
      <Divider plain>{t("signIn.or")}</Divider>
      <Space orientation="vertical" style={{ width: "100%" }}>
        {providers.map((provider) => (
          <Button key={provider.id} block href={beginAt(provider, { pathname, search })}>
            {t("signIn.through", { name: i18n.language === "en" ? provider.name.en : provider.name.zh })}
          </Button>
        ))}
      </Space>
    </div>
  );
}

function ByPassword({ use }: { use: Use }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [why, setWhy] = useState<NotLetIn["why"]>();
  const send = ({ name, password }: { name: string; password: string }) => {
    setBusy(true);
    setWhy(undefined);
    signIn(name, password)
      .then(use, (error: unknown) => setWhy(error instanceof NotLetIn ? error.why : "unreachable"))
      .finally(() => setBusy(false));
  };
  return (
    <Card style={{ maxWidth: 420 }}>
      <Form layout="vertical" onFinish={send} requiredMark={false}>
        <Form.Item name="name" label={t("signIn.name")} extra={t("signIn.nameHint")} rules={[{ required: true, message: t("signIn.nameNeeded") }]}>
          <Input autoFocus autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={100} />
        </Form.Item>
        <Form.Item name="password" label={t("signIn.password")} rules={[{ required: true, message: t("signIn.passwordNeeded") }]}>
          <Input.Password autoComplete="current-password" maxLength={1024} />
        </Form.Item>
        {why ? <Alert type="error" showIcon role="alert" title={t(`signIn.notLetIn.${why}`)} style={{ marginBottom: 16 }} /> : null}
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t("signIn.go")}
        </Button>
      </Form>
    </Card>
  );
}

function ByName({ accounts, use }: { accounts: DevAccount[]; use: Use }) {
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
              <Button type="primary" block onClick={() => use(choose(name))}>
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
              <Button key="use" size="small" onClick={() => use(choose(account.name))}>
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
