// Choosing an account where nobody has to sign in. Explains the platform to whoever sees it first.
import { Alert, Button, Card, Col, Input, List, Row, Segmented, Space, Tag, Typography } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type DevAccount, devAccounts, type Session, sessionOf } from "../api/session";
import { type Language, speak } from "../i18n";

/** The first accounts to try, by what their people come for. */
const FIRST = ["lead", "nr-officer-1", "clerk", "township", "supervisor", "auditor", "administrator"] as const;

export function SignIn({ use }: { use: (session: Session) => void }) {
  const { t, i18n } = useTranslation();
  const [accounts, setAccounts] = useState<DevAccount[]>();
  const [fault, setFault] = useState<string>();
  const [text, setText] = useState("");
  useEffect(() => {
    devAccounts().then(setAccounts, (error: Error) => setFault(error.message));
  }, []);
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return accounts?.filter((account) => `${account.name} ${account.post} ${account.body}`.toLowerCase().includes(wanted));
  }, [accounts, text]);
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
      <Alert type="warning" showIcon title={t("devBanner")} style={{ marginBottom: 16 }} />
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
        loading={!accounts && !fault}
        dataSource={found ?? []}
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
    </main>
  );
}
