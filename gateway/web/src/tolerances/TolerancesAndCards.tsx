// What is owed and what is late: the ledger of tolerances, and the red and yellow cards, side by side for whoever supervises.
import { Card, Tabs, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Cards } from "../cards/Cards";
import { Tolerances } from "./Tolerances";

export default function TolerancesAndCards() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  return (
    <Card size="small">
      <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
        {t("place.tolerances")}
      </Typography.Title>
      <Tabs
        activeKey={params.get("tab") ?? "tolerances"}
        onChange={(tab) => setParams({ tab })}
        destroyOnHidden
        items={[
          { key: "tolerances", label: t("tolerance.ledger"), children: <Tolerances /> },
          { key: "cards", label: t("card.cards"), children: <Cards /> },
        ]}
      />
    </Card>
  );
}
