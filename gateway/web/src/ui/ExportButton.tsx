// Takes a list away as an Excel file: reads all of its pages, says how far it is, and can be stopped.
import { FileExcelOutlined } from "@ant-design/icons";
import { App as Messages, Button, Flex } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Client, type CombinedError, useClient } from "urql";
import { faultOf } from "../api/faults";
import { graphql } from "../api/graphql";
import { useDirectory } from "../app/session";
import { type Book, fileName, MOST_ROWS, type Sheet } from "./excel";
import { type ReadAll, readAll, Stopped } from "./pages";
import { save } from "./save";
import { beijing } from "./words";

const DayQuery = graphql(`
  query ExportDay {
    me {
      today
    }
  }
`);

export interface Run {
  client: Client;
  signal: AbortSignal;
  /** Every entry of a list that comes in pages. */
  all: ReadAll;
}

export interface Gathered {
  sheets: Sheet[];
  /** Of which moment it is; the day as the server counts it, if not said. */
  of?: string;
  /** What it is called, where that is known only once it was read. */
  title?: string;
}

export function ExportButton({
  title,
  chosen,
  gather,
  label,
}: {
  title: string;
  /** What narrows the list down, in words. */
  chosen?: readonly (string | null | undefined | false)[];
  gather: (run: Run) => Promise<Gathered>;
  label?: string;
}) {
  const { t } = useTranslation();
  const { message } = Messages.useApp();
  const client = useClient();
  const { me, bodyName, officerName } = useDirectory();
  const [read, setRead] = useState<number>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const run = async () => {
    const control = new AbortController();
    running.current = control;
    setRead(0);
    let sum = 0;
    const all: ReadAll = (query, variables, pick) =>
      readAll(client, query, variables, pick, control.signal, (count) => setRead((sum += count)));
    try {
      const gathered = await gather({ client, signal: control.signal, all });
      const of = gathered.of ?? (await today());
      const { bytesOf, XLSX } = await import("./xlsx");
      if (control.signal.aborted) return;
      const when = beijing(new Date().toISOString());
      const named = gathered.title ?? title;
      const who = me ? `${bodyName(me.body)} ${officerName(me.officer)}` : "";
      const narrowed = (chosen ?? []).filter((word) => !!word).join("、");
      const book: Book = {
        file: fileName(named, when),
        sheets: gathered.sheets.map((sheet) => ({
          ...sheet,
          about: [
            gathered.sheets.length > 1 ? `${named} · ${sheet.name}` : named,
            of,
            narrowed && t("excel.chosen", { what: narrowed }),
            t("excel.rows", { count: sheet.rows.length }),
            t("excel.by", { who, when }),
          ]
            .filter((word) => !!word)
            .join(" · "),
        })),
      };
      save(book.file, new Blob([bytesOf(book) as Uint8Array<ArrayBuffer>], { type: XLSX }));
      void message.success(t("excel.done", { file: book.file }));
    } catch (error) {
      if (error instanceof Stopped || control.signal.aborted) return;
      void message.error(t("excel.failed", { why: said(error) }));
    } finally {
      if (running.current === control) {
        running.current = undefined;
        setRead(undefined);
      }
    }
  };
  const today = async (): Promise<string> => {
    const { data, error } = await client.query(DayQuery, {}, { requestPolicy: "network-only" }).toPromise();
    if (!data) throw error ?? new Error("no answer");
    return t("overview.asOf", { day: data.me.today });
  };
  const said = (error: unknown): string => {
    if (error instanceof RangeError) return t("excel.tooLong", { most: MOST_ROWS });
    if (!(error instanceof Error) || error.name !== "CombinedError") return String(error instanceof Error ? error.message : error);
    const fault = faultOf(error as CombinedError);
    const known = t(`fault.codes.${fault.code as "UNREACHABLE"}`, { defaultValue: "" });
    return `${known || fault.message}${fault.traceId ? ` ${t("fault.trace")} ${fault.traceId}` : ""}`;
  };
  const stop = () => {
    running.current?.abort();
    running.current = undefined;
    setRead(undefined);
    void message.info(t("excel.stopped"));
  };
  return (
    <Flex gap={8} align="center" wrap className="om-no-print">
      <Button icon={<FileExcelOutlined aria-hidden="true" />} loading={read !== undefined} onClick={() => void run()}>
        {label ?? t("excel.export")}
      </Button>
      {read === undefined ? null : (
        <>
          <span role="status" className="om-num" style={{ fontSize: 12 }}>
            {t("excel.read", { count: read })}
          </span>
          <Button onClick={stop}>{t("command.cancel")}</Button>
        </>
      )}
    </Flex>
  );
}
