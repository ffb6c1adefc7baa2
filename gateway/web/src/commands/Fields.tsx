// A command's input as a form: one widget by the type that the schema gives a field.
import { InboxOutlined, MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, DatePicker, Form, Input, InputNumber, Select, Switch, Upload } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { createContext, useContext, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { useDirectory } from "../app/session";
import { CalendarQuery } from "../matter/query";
import { paperHash } from "./send";
import type { FieldSpec } from "./spec";
import { fieldName, valueName } from "./words";

/** What the widgets choose from. */
export interface Choices {
  permits: { code: string; name: string }[];
  milestones: { code: string; name: string }[];
  requirements: { requirement: string; name: string; material?: string }[];
  /** Entries that can be corrected, newest first. */
  entries: { id: string; sentence: string }[];
  /** The day that "today" is for the server. */
  today: string;
}

export const ChoicesContext = createContext<Choices>({
  permits: [],
  milestones: [],
  requirements: [],
  entries: [],
  today: "",
});

type Path = (string | number)[];

export function Fields({ fields, path, hide }: { fields: readonly FieldSpec[]; path: Path; hide?: ReadonlySet<string> }) {
  return (
    <>
      {fields
        .filter((field) => !hide?.has(field.name))
        .map((field) => (
          <Field key={field.name} field={field} path={[...path, field.name]} />
        ))}
    </>
  );
}

function Field({ field, path }: { field: FieldSpec; path: Path }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const label = fieldName(field.name, english);
  if (field.fields && field.list) return <Rows field={field} path={path} label={label} />;
  if (field.oneOf && field.fields) return <OneOf field={field} path={path} label={label} />;
  if (field.fields) {
    return (
      <fieldset className="om-fieldset">
        <legend>{label}</legend>
        <Fields fields={field.fields} path={path} />
      </fieldset>
    );
  }
  return (
    <Form.Item
      name={path}
      label={label}
      extra={english ? field.help : undefined}
      rules={[{ required: field.required && field.type !== "Boolean", message: t("command.required", { label }) }]}
      valuePropName={field.type === "Boolean" ? "checked" : "value"}
      initialValue={field.type === "Boolean" && field.required ? false : undefined}
    >
      <Widget field={field} />
    </Form.Item>
  );
}

function OneOf({ field, path, label }: { field: FieldSpec; path: Path; label: string }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const [chosen, setChosen] = useState<string>();
  const form = Form.useFormInstance();
  // when something happened is asked by the day; the instant is what the server notes by itself
  const options = (field.fields ?? []).filter((option) => option.type !== "Instant");
  const only = options.length === 1 ? options[0] : undefined;
  const member = only ?? options.find((option) => option.name === chosen);
  if (only) {
    return (
      <Form.Item name={[...path, only.name]} label={label} rules={[{ required: field.required }]}>
        <Widget field={only} />
      </Form.Item>
    );
  }
  return (
    <fieldset className="om-fieldset">
      <legend>{label}</legend>
      <Select
        style={{ width: "100%", marginBottom: 8 }}
        aria-label={label}
        placeholder={t("command.choose")}
        value={chosen}
        onChange={(name) => {
          form.setFieldValue(path, undefined);
          setChosen(name);
        }}
        options={options.map((option) => ({ value: option.name, label: fieldName(option.name, english) }))}
      />
      {member ? <Field field={{ ...member, required: true }} path={[...path, member.name]} /> : null}
    </fieldset>
  );
}

function Rows({ field, path, label }: { field: FieldSpec; path: Path; label: string }) {
  const { t } = useTranslation();
  return (
    <fieldset className="om-fieldset">
      <legend>{label}</legend>
      <Form.List name={path} initialValue={[]}>
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div key={row.key} className="om-row">
                <div style={{ flex: 1 }}>
                  {(field.fields ?? []).map((inner) => (
                    <RowField key={inner.name} field={inner} row={row.name} list={path} />
                  ))}
                </div>
                <Button
                  type="text"
                  aria-label={t("command.remove")}
                  icon={<MinusCircleOutlined />}
                  onClick={() => remove(row.name)}
                />
              </div>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({})}>
              {t("command.add", { label })}
            </Button>
          </>
        )}
      </Form.List>
    </fieldset>
  );
}

/** Inside a list a field's name is relative to the list. */
function RowField({ field, row }: { field: FieldSpec; row: number; list: Path }) {
  const { t, i18n } = useTranslation();
  const label = fieldName(field.name, i18n.language === "en");
  return (
    <Form.Item
      name={[row, field.name]}
      label={label}
      rules={[{ required: field.required, message: t("command.required", { label }) }]}
    >
      <Widget field={field} />
    </Form.Item>
  );
}

interface Controlled {
  value?: unknown;
  onChange?: (value: unknown) => void;
  id?: string;
}

function Widget({ field, ...given }: { field: FieldSpec } & Controlled) {
  const { i18n } = useTranslation();
  const english = i18n.language === "en";
  const choices = useContext(ChoicesContext);
  const { bodies, officers, bodyName, officerName } = useDirectory();
  const options = useMemo(() => {
    if (field.values) return field.values.map((value) => ({ value, label: valueName(value, english) }));
    switch (field.type) {
      case "PermitCode":
        return choices.permits.map(({ code, name }) => ({ value: code, label: `${code} ${name}` }));
      case "MilestoneCode":
        return choices.milestones.map(({ code, name }) => ({ value: code, label: name }));
      case "Requirement":
        return choices.requirements.map(({ requirement, name }) => ({ value: requirement, label: name }));
      case "MaterialCode":
        return choices.requirements.flatMap(({ material, name }) => (material ? [{ value: material, label: name }] : []));
      case "ID":
        if (field.name === "entry") return choices.entries.map(({ id, sentence }) => ({ value: id, label: sentence }));
        if (/officer|person|lead|deputy|chair/i.test(field.name)) {
          return officers.map(({ id, body }) => ({ value: id, label: `${officerName(id)}（${bodyName(body)}）` }));
        }
        if (/body|bodies|^to$|cooperating|owner|invited/i.test(field.name)) {
          return bodies.map(({ id }) => ({ value: id, label: bodyName(id) }));
        }
        return undefined;
      default:
        return undefined;
    }
  }, [field, english, choices, bodies, officers, bodyName, officerName]);
  if (options) {
    return (
      <Select
        {...given}
        allowClear
        mode={field.list ? "multiple" : undefined}
        showSearch={{ optionFilterProp: "label" }}
        options={options}
      />
    );
  }
  switch (field.type) {
    case "Date":
      return <WorkingDay {...given} />;
    case "PaperHash":
      return <Paper {...given} list={field.list} />;
    case "Boolean":
      return <Switch checked={given.value === true} onChange={given.onChange} id={given.id} />;
    case "Int":
    case "Yuan":
      return (
        <InputNumber
          id={given.id}
          style={{ width: "100%" }}
          precision={0}
          min={0}
          value={given.value as number | undefined}
          onChange={given.onChange}
        />
      );
    case "LegalText":
      return <Input.TextArea {...(given as object)} autoSize={{ minRows: 1, maxRows: 6 }} maxLength={2000} />;
    default:
      return <Input {...(given as object)} maxLength={500} />;
  }
}

/** A day, with the server's calendar in its cells: rest days, holidays by name, make-up working days. */
function WorkingDay({ value, onChange, id }: Controlled) {
  const { t } = useTranslation();
  const { today } = useContext(ChoicesContext);
  const year = (typeof value === "string" ? value : today).slice(0, 4) || "2026";
  const [shown, setShown] = useState(year);
  const [{ data }] = useQuery({ query: CalendarQuery, variables: { from: `${shown}-01-01`, to: `${shown}-12-31` } });
  const kinds = useMemo(() => new Map(data?.calendar.days.map((day) => [day.date, day])), [data]);
  const parsed = useDay(typeof value === "string" ? value : undefined);
  return (
    <DatePicker
      id={id}
      style={{ width: "100%" }}
      value={parsed}
      onChange={(day) => onChange?.(day ? day.format("YYYY-MM-DD") : undefined)}
      onPanelChange={(day) => setShown(day.format("YYYY"))}
      cellRender={(current, info) => {
        if (info.type !== "date") return info.originNode;
        const day = current as Dayjs;
        const mark = kinds.get(day.format("YYYY-MM-DD"));
        const word = mark?.kind === "MAKE_UP" ? t("matter.makeUp") : mark?.kind === "HOLIDAY" ? (mark.name ?? t("matter.holiday")) : "";
        return (
          <div
            className={`ant-picker-cell-inner${mark && mark.kind !== "WORKING" ? ` om-day-${mark.kind}` : ""}`}
            title={word || undefined}
          >
            {day.date()}
          </div>
        );
      }}
    />
  );
}

function useDay(day: string | undefined): Dayjs | null {
  return useMemo(() => (day ? dayjs(day) : null), [day]);
}

function Paper({ value, onChange, id, list }: Controlled & { list: boolean }) {
  const { t } = useTranslation();
  const [fault, setFault] = useState<string>();
  const [names, setNames] = useState<string[]>([]);
  const hashes = (list ? (value as string[] | undefined) : value ? [value as string] : []) ?? [];
  return (
    <>
      <Upload.Dragger
        id={id}
        multiple={list}
        maxCount={list ? undefined : 1}
        showUploadList={false}
        customRequest={({ file, onError, onSuccess }) => {
          paperHash(file as File).then(
            (hash) => {
              setFault(undefined);
              setNames((now) => (list ? [...now, (file as File).name] : [(file as File).name]));
              onChange?.(list ? [...hashes, hash] : hash);
              onSuccess?.(hash);
            },
            (error: Error) => {
              setFault(error.message);
              onError?.(error);
            },
          );
        }}
      >
        <InboxOutlined aria-hidden="true" /> {names.length ? names.join("，") : t("command.upload")}
      </Upload.Dragger>
      {fault ? (
        <div role="alert" className="om-late">
          {t("command.uploadFailed", { fault })}
        </div>
      ) : null}
      {hashes.map((hash) => (
        <code key={hash} style={{ fontSize: 11, wordBreak: "break-all" }}>
          {hash}
        </code>
      ))}
    </>
  );
}
