// One command: what it does, what follows from it, its fields, and the answer of the rules.
import { Alert, Button, Drawer, Form, Grid, Space, Typography } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CombinedError } from "urql";
import { useDirectory, useSigned } from "../app/session";
import { FaultNote } from "../ui/Ask";
import { type Choices, ChoicesContext, Fields } from "./Fields";
import { type Answer, putText, send } from "./send";
import { type CommandSpec, commandSpec, type FieldSpec } from "./spec";
import { commandName, consequence } from "./words";

export interface Target {
  command: string;
  matter: string;
  permit?: string;
  revision?: number;
}

export function CommandForm({
  target,
  choices,
  close,
  done,
}: {
  target: Target;
  choices: Choices;
  close: () => void;
  done: () => void;
}) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const wide = Grid.useBreakpoint().md ?? true;
  const spec = commandSpec(target.command);
  const name = commandName(target.command, english);
  return (
    <Drawer open onClose={close} size={wide ? 560 : "100%"} title={name} destroyOnHidden>
      {spec ? (
        <ChoicesContext value={choices}>
          <Body target={target} spec={spec} name={name} close={close} done={done} />
        </ChoicesContext>
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
}: {
  target: Target;
  spec: CommandSpec;
  name: string;
  close: () => void;
  done: () => void;
}) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const { link } = useSigned();
  const [form] = Form.useForm();
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer>();
  const [fault, setFault] = useState<CombinedError>();
  // the same intention however often it is sent, until its content changes
  const [commandId, setCommandId] = useState(() => crypto.randomUUID());
  const hide = useMemo(() => new Set(target.permit ? ["permit"] : []), [target.permit]);
  const follows = consequence(target.command, english);

  const submit = async (values: Record<string, unknown>) => {
    setBusy(true);
    setFault(undefined);
    setAnswer(undefined);
    try {
      const written = (await clean(spec.fields, values, (text, field) => putText(link.client, textClass(field), text))) ?? {};
      const input = {
        ...written,
        commandId,
        ...(spec.ofMatter ? { matter: target.matter } : {}),
        ...(target.permit && spec.fields.some((field) => field.name === "permit") ? { permit: target.permit } : {}),
        ...(spec.revisioned && target.revision !== undefined ? { expectedRevision: target.revision } : {}),
      };
      const answer = await send(link.client, target.command, spec, input);
      setAnswer(answer);
      if (answer.kind === "done") done();
    } catch (error) {
      setFault(error as CombinedError);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      {follows ? <Alert type="info" showIcon title={t("command.follows")} description={follows} style={{ marginBottom: 12 }} /> : null}
      <Form
        form={form}
        layout="vertical"
        onFinish={(values) => void submit(values as Record<string, unknown>)}
        onValuesChange={() => {
          setAnswer(undefined);
          setCommandId(crypto.randomUUID());
        }}
        scrollToFirstError={{ focus: true }}
      >
        <Fields fields={spec.fields} path={[]} hide={hide} />
        <div aria-live="assertive">
          {fault ? <FaultNote error={fault} retry={() => form.submit()} /> : null}
          <Verdict answer={answer} reload={done} />
        </div>
        <Space>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t("command.confirm", { name })}
          </Button>
          <Button onClick={close}>{t("command.cancel")}</Button>
        </Space>
      </Form>
    </>
  );
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
          {answer.firstActor ? ` ${t("command.first", { who: officerName(answer.firstActor), at: answer.at ?? "" })}` : ""}
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
