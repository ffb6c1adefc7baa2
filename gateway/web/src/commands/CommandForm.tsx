// One command: what it does, what follows from it, its fields, and the answer of the rules.
import { Alert, Button, Drawer, Form, Grid, Modal, Space, Typography } from "antd";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CombinedError, useQuery } from "urql";
import { newId } from "../api/ids";
import { useDirectory, useSigned } from "../app/session";
import { type Uploads, UploadsContext } from "../papers/PaperField";
import { FaultNote } from "../ui/Ask";
import { beijing } from "../ui/words";
import { type Choices, ChoicesContext, CommandContext, Fields, NO_CHOICES } from "./Fields";
import { NextNumberQuery, noticeOf } from "./numbers";
import { type Answer, putText, send } from "./send";
import { type CommandSpec, commandSpec, type FieldSpec } from "./spec";
import { commandName, consequence } from "./words";

export interface Target {
  command: string;
  /** What it is given to. */
  matter?: string;
  meeting?: string;
  revision?: number;
  /** Fields that follow from where one stands: sent and not asked. */
  fixed?: Record<string, unknown>;
  /** What the form begins with. */
  initial?: Record<string, unknown>;
  /** What it is about, below the name. */
  about?: string;
}

export type Done = (answer: Extract<Answer, { kind: "done" }> | undefined) => void;

export function CommandForm({
  target,
  choices,
  close,
  done,
  sure,
}: {
  target: Target;
  choices: Partial<Choices>;
  close: () => void;
  done: Done;
  /** Said where it is asked once more, before what nothing undoes. */
  sure?: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const wide = Grid.useBreakpoint().md ?? true;
  const spec = commandSpec(target.command);
  const name = commandName(target.command, english);
  const given = useMemo(() => ({ ...NO_CHOICES, ...choices }), [choices]);
  return (
    <Drawer open onClose={close} size={wide ? 560 : "100%"} title={name} destroyOnHidden>
      {spec ? (
        <CommandContext value={target.command}>
          <ChoicesContext value={given}>
            <Body target={target} spec={spec} name={name} close={close} done={done} sure={sure} />
          </ChoicesContext>
        </CommandContext>
      ) : (
        <Alert type="error" title={t("command.unknown", { name: target.command })} />
      )}
    </Drawer>
  );
}

function Body({
  target,
  spec,
  name,
  close,
  done,
  sure,
}: {
  target: Target;
  spec: CommandSpec;
  name: string;
  close: () => void;
  done: Done;
  sure?: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const { link } = useSigned();
  const [form] = Form.useForm();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const [answer, setAnswer] = useState<Answer>();
  const [fault, setFault] = useState<CombinedError>();
  // the same intention however often it is sent, until its content changes
  const [commandId, setCommandId] = useState(newId);
  const hide = useMemo(() => new Set(Object.keys(target.fixed ?? {})), [target.fixed]);
  const follows = consequence(target.command, english);
  const [uploads, report] = useUploads();
  const changed = () => {
    setAnswer(undefined);
    setCommandId(newId());
  };
  const numbered = useNextNumber(target.command, form);
  // sent again, a text is the same reference: another would be another intention
  const kept = useRef(new Map<string, string>());
  const keep = async (text: string, field: FieldSpec) => {
    const of = textClass(field);
    const known = kept.current.get(`${of} ${text}`) ?? (await putText(link.client, of, text));
    kept.current.set(`${of} ${text}`, known);
    return known;
  };

  const submit = async (values: Record<string, unknown>) => {
    setBusy(true);
    setFault(undefined);
    setAnswer(undefined);
    try {
      const written = (await clean(spec.fields, values, keep)) ?? {};
      const input = {
        ...written,
        ...target.fixed,
        commandId,
        ...(spec.of ? { [spec.of]: target[spec.of] } : {}),
        ...(spec.revisioned && target.revision !== undefined ? { expectedRevision: target.revision } : {}),
      };
      const answer = await send(link.client, target.command, spec, input);
      setAnswer(answer);
      if (answer.kind === "done") done(answer);
    } catch (error) {
      setFault(error as CombinedError);
    } finally {
      setBusy(false);
    }
  };

  // an answer is not missed below the fold
  const said = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (fault || (answer && answer.kind !== "done")) said.current?.scrollIntoView({ block: "nearest" });
  }, [fault, answer]);

  const waits = uploads.sending > 0 || uploads.failed > 0;
  return (
    <>
      {target.about ? <Typography.Paragraph strong>{target.about}</Typography.Paragraph> : null}
      {follows ? <Alert type="info" showIcon title={t("command.follows")} description={follows} style={{ marginBottom: 12 }} /> : null}
      <Form
        form={form}
        layout="vertical"
        initialValues={target.initial}
        onFinish={(values) => (sure ? setAsked(true) : void submit(values as Record<string, unknown>))}
        onValuesChange={changed}
        onKeyDown={(event) => {
          // an act with legal effect is confirmed by its button, never by the Enter that chose a day
          if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
        }}
        scrollToFirstError={{ focus: true }}
      >
        <UploadsContext value={report}>
          <Fields fields={spec.fields} path={[]} hide={hide} />
        </UploadsContext>
        {numbered ? (
          <Typography.Paragraph type="secondary" style={{ fontSize: 12 }}>
            {t("command.numbered")}
          </Typography.Paragraph>
        ) : null}
        <div aria-live="assertive" ref={said}>
          {fault ? <FaultNote error={fault} retry={() => form.submit()} /> : null}
          <Verdict answer={answer} reload={() => done(undefined)} />
          {waits ? (
            <Typography.Paragraph type={uploads.failed ? "danger" : "secondary"}>
              {t(uploads.failed ? "paper.someFailed" : "paper.stillSending")}
            </Typography.Paragraph>
          ) : null}
        </div>
        <Space>
          <Button type="primary" htmlType="submit" loading={busy} disabled={waits}>
            {t("command.confirm", { name })}
          </Button>
          <Button onClick={close}>{t("command.cancel")}</Button>
        </Space>
      </Form>
      <Modal
        open={asked}
        title={t("command.sure", { name })}
        okText={t("command.confirm", { name })}
        okButtonProps={{ danger: true }}
        cancelText={t("command.back")}
        onCancel={() => setAsked(false)}
        onOk={() => {
          setAsked(false);
          void submit(form.getFieldsValue() as Record<string, unknown>);
        }}
      >
        {sure}
      </Modal>
    </>
  );
}

/** How the papers of all fields of a form stand together. */
function useUploads(): [Uploads, (field: symbol, uploads: Uploads | undefined) => void] {
  const fields = useRef(new Map<symbol, Uploads>());
  const [all, setAll] = useState<Uploads>({ sending: 0, failed: 0 });
  const report = useCallback((field: symbol, uploads: Uploads | undefined) => {
    if (uploads) fields.current.set(field, uploads);
    else fields.current.delete(field);
    const sum = (which: keyof Uploads) => [...fields.current.values()].reduce((total, one) => total + one[which], 0);
    setAll({ sending: sum("sending"), failed: sum("failed") });
  }, []);
  return [all, report];
}

/** Puts the next number into the document's field, where nobody has written one. */
function useNextNumber(command: string, form: ReturnType<typeof Form.useForm>[0]): boolean {
  const notice = noticeOf(command);
  const [{ data }] = useQuery({
    query: NextNumberQuery,
    variables: { kind: notice?.kind ?? "ACCEPTANCE" },
    pause: !notice,
    requestPolicy: "network-only",
  });
  const number = notice ? data?.nextNoticeNumber : undefined;
  useEffect(() => {
    if (!notice || !number) return;
    const path = [notice.field, "number"];
    if (!form.isFieldTouched(path) && !form.getFieldValue(path)) form.setFieldValue(path, number);
  }, [notice, number, form]);
  return !!number;
}

function Verdict({ answer, reload }: { answer: Answer | undefined; reload: () => void }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const { officerName } = useDirectory();
  if (!answer || answer.kind === "done") return null;
  const message = english ? answer.message : answer.messageZh;
  if (answer.kind === "refused") {
    return (
      <Alert
        type="error"
        showIcon
        role="alert"
        style={{ marginBottom: 12 }}
        title={message}
        description={
          <Typography.Text type="secondary">{[answer.rule, answer.source].filter(Boolean).join(" · ")}</Typography.Text>
        }
      />
    );
  }
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      style={{ marginBottom: 12 }}
      title={t("command.conflict")}
      description={
        <>
          {message}
          {answer.firstActor
            ? ` ${t("command.first", { who: officerName(answer.firstActor), at: answer.at ? beijing(answer.at) : "" })}`
            : ""}
        </>
      }
      action={<Button onClick={reload}>{t("command.reload")}</Button>}
    />
  );
}

const textClass = (field: FieldSpec): string =>
  field.name === "fileName" ? "FILE_NAME" : field.name === "person" ? "PERSON_NAME" : "NOTE";

/** The values as the API takes them: nothing that was left empty, personal texts as references. */
export async function clean(
  fields: readonly FieldSpec[],
  values: Record<string, unknown> | undefined,
  keep: (text: string, field: FieldSpec) => Promise<string>,
): Promise<Record<string, unknown> | undefined> {
  const out: Record<string, unknown> = {};
  for (const field of fields) {
    const value = values?.[field.name];
    if (field.fields && field.list) {
      const rows = [];
      for (const row of (value as Record<string, unknown>[] | undefined) ?? []) {
        const cleaned = await clean(field.fields, row, keep);
        if (cleaned) rows.push(cleaned);
      }
      if (rows.length || field.required) out[field.name] = rows;
    } else if (field.fields) {
      const cleaned = await clean(field.fields, value as Record<string, unknown> | undefined, keep);
      if (cleaned) out[field.name] = cleaned;
    } else if (field.list) {
      const items = (value as unknown[] | undefined) ?? [];
      if (items.length || field.required) out[field.name] = items;
    } else if (value !== undefined && value !== null && value !== "") {
      out[field.name] = field.type === "VaultRef" ? await keep(String(value), field) : value;
    }
  }
  return Object.keys(out).length ? out : undefined;
}
