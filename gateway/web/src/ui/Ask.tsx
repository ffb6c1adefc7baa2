// What stands where an answer is awaited: a skeleton, a fault with what to do, or the answer, kept while a newer one is asked for.
import { Alert, Button, Skeleton, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CombinedError } from "urql";
import { faultOf } from "../api/faults";

export function FaultNote({ error, retry, stale }: { error: CombinedError; retry: () => void; stale?: boolean }) {
  const { t, i18n } = useTranslation();
  const fault = faultOf(error);
  const said = fault.messageZh && i18n.language !== "en" ? fault.messageZh : undefined;
  const known = t(`fault.codes.${fault.code as "UNREACHABLE"}`, { defaultValue: "" });
  return (
    <Alert
      type={stale ? "warning" : "error"}
      showIcon
      role="alert"
      title={said ?? (known || fault.message)}
      description={
        <>
          {stale ? <div>{t("fault.stale")}</div> : null}
          <Typography.Text type="secondary" copyable={fault.traceId ? { text: fault.traceId } : false}>
            {fault.code}
            {fault.traceId ? ` · ${t("fault.trace")} ${fault.traceId}` : ""}
          </Typography.Text>
        </>
      }
      action={
        <Button size="small" onClick={retry}>
          {t("fault.retry")}
        </Button>
      }
      style={{ marginBottom: 12 }}
    />
  );
}

export function Ask<T>({
  data,
  error,
  retry,
  rows = 8,
  children,
}: {
  data: T | undefined;
  error: CombinedError | undefined;
  retry: () => void;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  const { t } = useTranslation();
  if (data === undefined) {
    if (error) return <FaultNote error={error} retry={retry} />;
    return (
      <div aria-busy="true" aria-label={t("loading")}>
        <Skeleton active paragraph={{ rows }} />
      </div>
    );
  }
  return (
    <>
      {error ? <FaultNote error={error} retry={retry} stale /> : null}
      {children(data)}
    </>
  );
}
