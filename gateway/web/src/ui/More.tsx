// The end of a list that has more.
import { Button, Flex } from "antd";
import { useTranslation } from "react-i18next";

export function More({ shown, more, busy }: { shown: number; more: (() => void) | undefined; busy: boolean }) {
  const { t } = useTranslation();
  if (!more) return null;
  return (
    <Flex justify="center" align="center" gap={12} style={{ marginTop: 12 }}>
      <span style={{ fontSize: 12 }} aria-live="polite">
        {t("list.shown", { count: shown })}
      </span>
      <Button onClick={more} loading={busy}>
        {t("list.more")}
      </Button>
    </Flex>
  );
}
