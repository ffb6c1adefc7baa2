// Papers of a form: each is handed in as soon as it is chosen, so that the command names what the store already has.
import { DeleteOutlined, InboxOutlined, PaperClipOutlined, ReloadOutlined } from "@ant-design/icons";
import { Button, Progress, Upload } from "antd";
import { createContext, useContext, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSigned } from "../app/session";
import { fileSize } from "../ui/words";
import { ACCEPT, handIn, PaperFault } from "./store";

/** What a form must wait for before it is sent. */
export interface Uploads {
  sending: number;
  failed: number;
}

/** Tells the form how its papers stand; the field names itself by a symbol of its own. */
export const UploadsContext = createContext<(field: symbol, uploads: Uploads | undefined) => void>(() => {});

interface Item {
  id: number;
  file: File;
  state: "sending" | "done" | "failed";
  share: number;
  hash?: string;
  fault?: PaperFault;
  stop: AbortController;
}

export function PaperField({
  value,
  onChange,
  onName,
  id,
  list,
}: {
  value?: unknown;
  onChange?: (value: unknown) => void;
  /** Hears the name of the file that was handed in. */
  onName?: (name: string) => void;
  id?: string;
  list: boolean;
}) {
  const { t } = useTranslation();
  const { session } = useSigned();
  const report = useContext(UploadsContext);
  const [field] = useState(() => Symbol("papers"));
  const [items, setItems] = useState<readonly Item[]>([]);
  const next = useRef(0);
  const now = useRef(items);
  // an upload ends long after the render that began it: whoever listens then is told
  const heard = useRef(onChange);
  heard.current = onChange;
  const told = useRef<string[]>(list ? ((value as string[] | undefined) ?? []) : value ? [value as string] : []);
  const change = (to: readonly Item[]) => {
    now.current = to;
    setItems(to);
    const hashes = to.flatMap((item) => item.hash ?? []);
    if (told.current.join() !== hashes.join()) {
      told.current = hashes;
      heard.current?.(list ? hashes : hashes[0]);
    }
  };
  const patch = (id: number, to: Partial<Item>) =>
    change(now.current.map((item) => (item.id === id ? { ...item, ...to } : item)));

  const count = (state: Item["state"]) => items.filter((item) => item.state === state).length;
  const [sending, failed] = [count("sending"), count("failed")];
  useEffect(() => report(field, { sending, failed }), [report, field, sending, failed]);
  useEffect(
    () => () => {
      report(field, undefined);
      for (const item of now.current) item.stop.abort();
    },
    [report, field],
  );

  const send = (item: Item) => {
    handIn(item.file, session.headers, {
      signal: item.stop.signal,
      progress: (share) => patch(item.id, { share }),
    }).then(
      ({ hash }) => {
        patch(item.id, { state: "done", share: 1, hash, fault: undefined });
        onName?.(item.file.name);
      },
      (error: unknown) => {
        const fault = error instanceof PaperFault ? error : new PaperFault("other", String(error));
        patch(item.id, { state: "failed", fault });
      },
    );
  };
  const add = (file: File) => {
    const item: Item = { id: next.current++, file, state: "sending", share: 0, stop: new AbortController() };
    if (!list) for (const former of now.current) former.stop.abort();
    change(list ? [...now.current, item] : [item]);
    send(item);
  };
  const again = (item: Item) => {
    const fresh = { ...item, state: "sending" as const, share: 0, fault: undefined, stop: new AbortController() };
    patch(item.id, fresh);
    send(fresh);
  };
  const remove = (item: Item) => {
    item.stop.abort();
    change(now.current.filter((other) => other.id !== item.id));
  };

  return (
    <>
      <Upload.Dragger
        id={id}
        multiple={list}
        accept={ACCEPT}
        showUploadList={false}
        beforeUpload={(file) => {
          add(file);
          return false;
        }}
        fileList={[]}
      >
        <InboxOutlined aria-hidden="true" /> {t(items.length && !list ? "paper.replace" : "paper.choose")}
        <div style={{ fontSize: 12 }}>{t("paper.kinds")}</div>
      </Upload.Dragger>
      <ul className="om-papers" aria-live="polite">
        {items.map((item) => (
          <li key={item.id}>
            <PaperClipOutlined aria-hidden="true" />
            <span className="om-paper-name">{item.file.name}</span>
            <span className="om-num">{fileSize(item.file.size)}</span>
            <span className={item.state === "failed" ? "om-late" : undefined}>
              {item.state === "sending" ? (
                <>
                  {t("paper.sending")}
                  <Progress
                    percent={Math.round(item.share * 100)}
                    size="small"
                    aria-label={t("paper.sending")}
                    style={{ width: 90, display: "inline-block", marginInlineStart: 6 }}
                  />
                </>
              ) : (
                t(`paper.${item.state}`)
              )}
            </span>
            {item.state === "failed" ? (
              <Button size="small" icon={<ReloadOutlined />} onClick={() => again(item)}>
                {t("fault.retry")}
              </Button>
            ) : null}
            <Button
              size="small"
              type="text"
              aria-label={t("paper.remove", { name: item.file.name })}
              icon={<DeleteOutlined />}
              onClick={() => remove(item)}
            />
            {item.fault ? (
              <div role="alert" className="om-late om-paper-fault">
                {t(`paper.faults.${item.fault.kind}`)}
                <small>
                  {" "}
                  {item.fault.told}
                  {item.fault.traceId ? ` · ${t("fault.trace")} ${item.fault.traceId}` : ""}
                </small>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
