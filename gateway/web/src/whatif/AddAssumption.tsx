// Choosing what is assumed: a tolerance at a gate, a longer limit, a permit left out, a department that takes longer.
import { Form, InputNumber, Modal, Segmented, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../app/session";
import type { Assumption, Mode, WhatIf } from "./cases";

const KINDS = ["TOLERATE", "EXTEND", "DROP", "DELAY"] as const;
const MODES: readonly Mode[] = ["RECEIVE_ONLY", "ACCEPT", "PRE_REVIEW", "COMMITMENT", "ISSUE_FIRST"];
/** Nothing more is to come of these. */
const OVER: ReadonlySet<string> = new Set(["APPROVED", "ISSUED", "DENIED", "NOT_APPLICABLE", "REVOKED", "LAPSED"]);

export interface Requirement {
  requirement: string;
  name: string;
  gate: WhatIf["permits"][number]["materials"][number]["gateNow"];
  modes: readonly Mode[];
  met: boolean;
}

/** Everything a permit asks for, with the names people know. */
export function requirementsOf(whatIf: WhatIf, code: string | undefined, milestone: (code: string) => string): Requirement[] {
  const permit = whatIf.permits.find((permit) => permit.code === code);
  if (!permit) return [];
  const nameOf = (code: string) => `${code} ${whatIf.permits.find((permit) => permit.code === code)?.name ?? ""}`;
  return [
    ...permit.prerequisites.map(({ requirement, permit, milestone: stone, gateNow, modes, met }) => ({
      requirement,
      name: permit ? nameOf(permit) : stone ? milestone(stone) : requirement,
      gate: gateNow,
      modes,
      met,
    })),
    ...permit.materials.map(({ requirement, name, gateNow, modes, met }) => ({ requirement, name, gate: gateNow, modes, met })),
  ];
}

export function AddAssumption({
  whatIf,
  milestone,
  add,
  close,
}: {
  whatIf: WhatIf;
  milestone: (code: string) => string;
  add: (item: Assumption) => void;
  close: () => void;
}) {
  const { t } = useTranslation();
  const { bodyName } = useDirectory();
  const [form] = Form.useForm();
  const [kind, setKind] = useState<Assumption["kind"]>("TOLERATE");
  const code = Form.useWatch("permit", form) as string | undefined;
  const chosen = Form.useWatch("requirement", form) as string | undefined;
  const requirements = requirementsOf(whatIf, code, milestone).filter((one) => !one.met);
  const modes = requirements.find((one) => one.requirement === chosen)?.modes ?? [];
  const open = whatIf.permits.filter((permit) => !OVER.has(permit.status));
  const leads = [...new Set(open.map((permit) => permit.lead))];
  const need = (label: string) => [{ required: true, message: t("command.required", { label }) }];
  const permit = (
    <Form.Item name="permit" label={t("matter.permit")} rules={need(t("matter.permit"))}>
      <Select
        showSearch={{ optionFilterProp: "label" }}
        options={open.map(({ code, name }) => ({ value: code, label: `${code} ${name}` }))}
        onChange={() => form.resetFields(["requirement", "mode"])}
      />
    </Form.Item>
  );
  const days = (name: string, label: string) => (
    <Form.Item name={name} label={label} rules={need(label)}>
      <InputNumber min={1} max={400} precision={0} style={{ width: "100%" }} />
    </Form.Item>
  );
  return (
    <Modal open title={t("whatif.add")} onCancel={close} okText={t("whatif.addOk")} cancelText={t("command.cancel")} onOk={() => form.submit()}>
      <Segmented<Assumption["kind"]>
        block
        aria-label={t("whatif.kind")}
        value={kind}
        onChange={setKind}
        options={KINDS.map((value) => ({ value, label: t(`whatif.kinds.${value}`) }))}
        style={{ marginBottom: 12 }}
      />
      <Form
        form={form}
        layout="vertical"
        onFinish={(values) => {
          add({ kind, ...(values as object) } as unknown as Assumption);
          close();
        }}
      >
        {kind === "DELAY" ? (
          <Form.Item name="body" label={t("matter.body")} rules={need(t("matter.body"))}>
            <Select
              showSearch={{ optionFilterProp: "label" }}
              options={leads.map((lead) => ({ value: lead, label: bodyName(lead) }))}
            />
          </Form.Item>
        ) : (
          permit
        )}
        {kind === "TOLERATE" ? (
          <>
            <Form.Item name="requirement" label={t("whatif.requirement")} rules={need(t("whatif.requirement"))}>
              <Select
                disabled={!code}
                notFoundContent={t("whatif.nothingMissing")}
                showSearch={{ optionFilterProp: "label" }}
                options={requirements.map(({ requirement, name, gate }) => ({
                  value: requirement,
                  label: `${name}（${t("whatif.atGate", { gate: t(`gate.${gate}`) })}）`,
                }))}
                onChange={(value: string) =>
                  form.setFieldValue("mode", requirements.find((one) => one.requirement === value)?.modes[0])
                }
              />
            </Form.Item>
            <Form.Item name="mode" label={t("tolerance.mode")} rules={need(t("tolerance.mode"))}>
              <Select
                showSearch={{ optionFilterProp: "label" }}
                options={MODES.map((mode) => ({
                  value: mode,
                  label: `${t(`mode.${mode}`)} · ${t(`whatif.moves.${mode}`)}${modes.includes(mode) ? ` · ${t("whatif.listed")}` : ""}`,
                }))}
              />
            </Form.Item>
          </>
        ) : null}
        {kind === "EXTEND" ? days("by", t("whatif.by")) : null}
        {kind === "DELAY" ? days("workingDays", t("whatif.delayBy")) : null}
      </Form>
    </Modal>
  );
}
