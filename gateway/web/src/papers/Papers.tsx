// Links to papers and to notices. Each is fetched with the person's authorisation, which a plain link could not carry.
import { FileTextOutlined, PrinterOutlined } from "@ant-design/icons";
import { App as Messages, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSigned } from "../app/session";
import { save } from "../ui/save";
import { bring, PaperFault } from "./store";

/** What a browser shows in a window of its own and cannot run. */
const SHOWN = new Set(["application/pdf", "image/png", "image/jpeg"]);

/** Shows a page in a window that was opened while the click still counted as one. */
function show(page: Window | null, blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  if (page) page.location.replace(url);
  else save(name, blob);
  // long enough for the window to have read it
  setTimeout(() => URL.revokeObjectURL(url), 600_000);
}

function useBring() {
  const { t } = useTranslation();
  const { session } = useSigned();
  const { message } = Messages.useApp();
  const [busy, setBusy] = useState(false);
  const run = async (url: string, given: (brought: { blob: Blob; name: string }) => void, failed: () => void) => {
    setBusy(true);
    try {
      given(await bring(url, session.headers));
    } catch (error) {
      failed();
      const fault = error instanceof PaperFault ? error : new PaperFault("other", String(error));
      void message.error(`${t(`paper.faults.${fault.kind}`)} ${fault.traceId ? `${t("fault.trace")} ${fault.traceId}` : ""}`);
    } finally {
      setBusy(false);
    }
  };
  return { busy, run };
}

/** A paper by its hash; PDF and pictures open, anything else is saved under its name. */
export function PaperLink({ hash, name, label }: { hash: string; name?: string | null; label?: string }) {
  const { t } = useTranslation();
  const { busy, run } = useBring();
  const open = () =>
    void run(
      `/papers/${hash}`,
      ({ blob, name: stored }) => {
        if (!SHOWN.has(blob.type)) return save(name || stored, blob);
        const url = URL.createObjectURL(blob);
        if (!window.open(url, "_blank")) save(name || stored, blob);
        setTimeout(() => URL.revokeObjectURL(url), 600_000);
      },
      () => {},
    );
  return (
    <Button type="link" size="small" className="om-inline" icon={<FileTextOutlined />} loading={busy} onClick={open}>
      {name || label || t("paper.open")}
    </Button>
  );
}

/** A notice as a page to print, and the sheet of its service. */
export function NoticeLinks({ url }: { url: string }) {
  return (
    <>
      <PageLink url={url} which="notice" />
      <PageLink url={`${url}/service`} which="service" />
    </>
  );
}

function PageLink({ url, which }: { url: string; which: "notice" | "service" }) {
  const { t } = useTranslation();
  const { busy, run } = useBring();
  const open = () => {
    const page = window.open("", "_blank");
    void run(
      url,
      ({ blob }) => show(page, blob, `${which}.html`),
      () => page?.close(),
    );
  };
  return (
    <Button type="link" size="small" className="om-inline" icon={<PrinterOutlined />} loading={busy} onClick={open}>
      {t(`paper.${which}`)}
    </Button>
  );
}
