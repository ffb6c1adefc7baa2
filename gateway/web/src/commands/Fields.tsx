// A command's input as a form: one widget by the type that the schema gives a field.
import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, DatePicker, Form, Input, InputNumber, Select, Switch } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { createContext, useContext, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { CHAIRS, useDirectory } from "../app/session";
import { CalendarQuery } from "../matter/query";
import { PaperField } from "../papers/PaperField";
import type { FieldSpec } from "./spec";
import { fieldName, valueName } from "./words";

/** What the widgets choose from. */
export interface Choices {
  permits: { code: string; name: string }[];
  milestones: { code: string; name: string }[];
  requirements: { requirement: string; name: string; material?: string }[];
  /** Materials by the permit that asks for them, where a form is about several permits. */
  materials: Record<string, { code: string; name: string }[]>;
  /** Entries that can be corrected or linked, newest first. */
  entries: { id: string; sentence: string }[];
  matters: { id: string; name: string }[];
  /** Resolutions of a meeting, by number. */
  resolutions: { number: number; text: string }[];
  /** Only officers of this body are to be chosen. */
  officersOf?: string;
  /** The day that "today" is for the server. */
  today: string;
}

export const NO_CHOICES: Choices = {
  permits: [],
  milestones: [],
  requirements: [],
  materials: {},
  entries: [],
  matters: [],
  resolutions: [],
  today: "",
};

/** Which command the form is for. */
export const CommandContext = createContext<string>("");

export const ChoicesContext = createContext<Choices>(NO_CHOICES);

type Path = (string | number)[];

/** Where a field stands: by its name below the nearest list, as the form library counts, and from the top. */
interface Place {
  name: Path;
  path: Path;
}

const below = (place: Place, step: string | number): Place => ({ name: [...place.name, step], path: [...place.path, step] });

export function Fields({ fields, path, hide }: { fields: readonly FieldSpec[]; path: Path; hide?: ReadonlySet<string> }) {
  return <Group fields={fields.filter((field) => !hide?.has(field.name))} place={{ name: path, path }} />;
}

function Group({ fields, place }: { fields: readonly FieldSpec[]; place: Place }) {
  return (
    <>
      {fields.map((field) => (
        <Field key={field.name} field={field} place={below(place, field.name)} beside={fields} />
      ))}
    </>
  );
}

function Field({ field, place, beside }: { field: FieldSpec; place: Place; beside: readonly FieldSpec[] }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const form = Form.useFormInstance();
  const label = fieldName(field.name, english, useContext(CommandContext));
  if (field.fields && field.list) return <Rows field={field} place={place} label={label} />;
  if (field.oneOf && field.fields) return <OneOf field={field} place={place} label={label} />;
  if (field.fields) return <Whole field={field} place={place} label={label} />;
  // a paper's own name is what its file name is, unless somebody wrote another
  const named = field.type === "PaperHash" && beside.some((other) => other.name === "fileName");
  const takeName = (name: string) => {
    const path = [...place.path.slice(0, -1), "fileName"];
    if (!form.isFieldTouched(path)) form.setFieldValue(path, name);
  };
  return (
    <Form.Item
      name={place.name}
      label={label}
      extra={english ? field.help : undefined}
      rules={[{ required: field.required && field.type !== "Boolean", message: t("command.required", { label }) }]}
      valuePropName={field.type === "Boolean" ? "checked" : "value"}
      initialValue={field.type === "Boolean" && field.required ? false : undefined}
    >
      <Widget field={field} path={place.path} onName={named ? takeName : undefined} />
    </Form.Item>
  );
}

/** Fields that belong together. What may be left out is asked only once it is wanted: half of it would be nothing. */
function Whole({ field, place, label }: { field: FieldSpec; place: Place; label: string }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(field.required);
  return (
    <fieldset className="om-fieldset">
      <legend>
        {field.required ? (
          label
        ) : (
          <Checkbox checked={wanted} onChange={(event) => setWanted(event.target.checked)}>
            {t("command.also", { label })}
          </Checkbox>
        )}
      </legend>
      {wanted ? <Group fields={field.fields ?? []} place={place} /> : null}
    </fieldset>
  );
}

function OneOf({ field, place, label }: { field: FieldSpec; place: Place; label: string }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const [chosen, setChosen] = useState<string>();
  const form = Form.useFormInstance();
  // when something happened is asked by the day; the instant is what the server notes by itself
  const options = (field.fields ?? []).filter((option) => option.type !== "Instant");
  const only = options.length === 1 ? options[0] : undefined;
  const member = only ?? options.find((option) => option.name === chosen);
  if (only) {
    const inner = below(place, only.name);
    return (
      <Form.Item name={inner.name} label={label} rules={[{ required: field.required }]}>
        <Widget field={only} path={inner.path} />
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
          form.setFieldValue(place.path, undefined);
          setChosen(name);
        }}
        options={options.map((option) => ({ value: option.name, label: fieldName(option.name, english) }))}
      />
      {member ? <Field field={{ ...member, required: true }} place={below(place, member.name)} beside={[]} /> : null}
    </fieldset>
  );
}

function Rows({ field, place, label }: { field: FieldSpec; place: Place; label: string }) {
  const { t } = useTranslation();
  return (
    <fieldset className="om-fieldset">
      <legend>{label}</legend>
      <Form.List name={place.name} initialValue={[]}>
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div key={row.key} className="om-row">
                <div style={{ flex: 1, minWidth: 0 }}>
                  {/* inside a list a field is named from the list on */}
                  <Group fields={field.fields ?? []} place={{ name: [row.name], path: [...place.path, row.name] }} />
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

interface Controlled {
  value?: unknown;
  onChange?: (value: unknown) => void;
  id?: string;
}

function Widget({
  field,
  path,
  onName,
  ...given
}: { field: FieldSpec; path: Path; onName?: (name: string) => void } & Controlled) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const choices = useContext(ChoicesContext);
  const { bodies, officers, bodyName, officerName } = useDirectory();
  const templates = useTemplates(field.name === "template" || field.name === "leaveOut");
  const template = Form.useWatch("template") as string | undefined;
  // in a list of permits the materials are those of the permit beside them
  const beside = Form.useWatch([...path.slice(0, -3), "permit"]) as string | undefined;
  const options = useMemo((): { value: string | number; label: string }[] | undefined => {
    if (field.values) return field.values.map((value) => ({ value, label: valueName(value, english) }));
    switch (field.type) {
      case "PermitCode":
        if (field.name === "leaveOut") return permitsOf(templates, template);
        return choices.permits.map(({ code, name }) => ({ value: code, label: `${code} ${name}` }));
      case "MilestoneCode":
        return choices.milestones.map(({ code, name }) => ({ value: code, label: name }));
      case "Requirement":
        return choices.requirements.map(({ requirement, name }) => ({ value: requirement, label: name }));
      case "MaterialCode":
        if (choices.materials[beside ?? ""]) {
          return choices.materials[beside ?? ""]?.map(({ code, name }) => ({ value: code, label: name }));
        }
        return choices.requirements.flatMap(({ material, name }) => (material ? [{ value: material, label: name }] : []));
      case "Int":
        return field.name === "resolution"
          ? choices.resolutions.map(({ number, text }) => ({ value: number, label: `${number}. ${text}` }))
          : undefined;
      case "ID":
        if (field.name === "template") return templates.map(({ id, name, version }) => ({ value: id, label: `${name} · v${version}` }));
        if (/^matters?$/.test(field.name)) return choices.matters.map(({ id, name }) => ({ value: id, label: name }));
        if (field.name === "entry" || field.name === "event") return choices.entries.map(({ id, sentence }) => ({ value: id, label: sentence }));
        if (/officer|person|lead|deputy|chair|principal|standIn/i.test(field.name)) {
          const able = officers.filter(
            ({ body, roles }) =>
              (field.name !== "chair" || roles.some((role) => CHAIRS.has(role))) &&
              (!choices.officersOf || body === choices.officersOf),
          );
          return able.map(({ id, body }) => ({ value: id, label: `${officerName(id)}（${bodyName(body)}）` }));
        }
        if (/body|bodies|^to$|cooperating|owner|against|^unit$/i.test(field.name)) {
          return bodies.map(({ id }) => ({ value: id, label: bodyName(id) }));
        }
        return undefined;
      default:
        return undefined;
    }
  }, [field, english, choices, beside, bodies, officers, bodyName, officerName, templates, template]);
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
      return <PaperField {...given} onName={onName} list={field.list} />;
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
    case "ID":
      if (field.name === "applicant") return <Applicant {...given} />;
      return <Input {...(given as object)} maxLength={500} />;
    case "LegalText":
      if (field.list) return <Lines {...given} hint={t("command.lines")} />;
      return <Input.TextArea {...(given as object)} autoSize={{ minRows: 1, maxRows: 6 }} maxLength={2000} />;
    default:
      return <Input {...(given as object)} maxLength={500} />;
  }
}

const TemplateNamesQuery = graphql(`
  query TemplateNames {
    templates {
      id
      name
      version
      definition
    }
  }
`);

type TemplateName = ResultOf<typeof TemplateNamesQuery>["templates"][number];
const NO_TEMPLATES: TemplateName[] = [];

function useTemplates(wanted: boolean): TemplateName[] {
  const [{ data }] = useQuery({ query: TemplateNamesQuery, pause: !wanted });
  return data?.templates ?? NO_TEMPLATES;
}

const permitsOf = (templates: readonly TemplateName[], chosen: string | undefined) => {
  const definition = templates.find(({ id }) => id === chosen)?.definition as { permits: { code: string; name: string }[] } | undefined;
  return (definition?.permits ?? []).map(({ code, name }) => ({ value: code, label: `${code} ${name}` }));
};

/** An applicant's id as the county's register has it, without what every such id begins with. */
function Applicant({ value, onChange, id }: Controlled) {
  const { t } = useTranslation();
  return (
    <Input
      id={id}
      maxLength={64}
      placeholder={t("command.applicant")}
      value={typeof value === "string" ? value.replace(/^applicant:/, "") : undefined}
      onChange={({ target }) => onChange?.(target.value.trim() ? `applicant:${target.value.trim()}` : undefined)}
    />
  );
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

/** Several texts, one a line. */
function Lines({ value, onChange, id, hint }: Controlled & { hint: string }) {
  const lines = (value as string[] | undefined) ?? [];
  const [text, setText] = useState(lines.join("\n"));
  return (
    <Input.TextArea
      id={id}
      placeholder={hint}
      autoSize={{ minRows: 2, maxRows: 10 }}
      value={text}
      onChange={({ target }) => {
        setText(target.value);
        onChange?.(target.value.split("\n").map((line) => line.trim()).filter(Boolean));
      }}
    />
  );
}
