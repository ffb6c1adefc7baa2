// Records of personal texts are for security and audit; whoever else comes by the address is told so, and nothing is asked.
import { Alert, Card, Skeleton, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../app/session";
import { readsPersons } from "./subject";

export function ForReaders({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { me } = useDirectory();
  if (!me) return <Skeleton active paragraph={{ rows: 8 }} />;
  if (readsPersons(me)) return children;
  return (
    <Card size="small">
      <Typography.Title level={1} style={{ fontSize: 22, marginTop: 0 }}>
        {t("place.persons")}
      </Typography.Title>
      <Alert type="info" showIcon title={t("persons.whoMay")} description={t("persons.whatInstead")} />
    </Card>
  );
}
