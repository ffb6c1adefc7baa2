// What if (情景推演): cases side by side, each with its day, what it saves and whether it would be lawful. Records nothing.
import { CloseOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Card, Col, Empty, Flex, Input, Radio, Row, Typography } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { graphql } from "../api/graphql";
import { useDirectory } from "../app/session";
import { CommandForm } from "../commands/CommandForm";
import type { Matter } from "../matter/query";
import { Ask } from "../ui/Ask";
import { beijingDay, days } from "../ui/words";
import { AddAssumption, requirementsOf } from "./AddAssumption";
import { type Assumption, type Case, MOST, type Variant, type Verdict, verdictsOf, type WhatIf, without, withItem } from "./cases";
import type { WhatIfState } from "./useWhatIf";

export function WhatIfPanel({ matter, state, done }: { matter: Matter; state: WhatIfState; done: () => void }) {
  const { t } = useTranslation();
  const milestone = (code: string) => matter.milestones.find((milestone) => milestone.code === code)?.name ?? code;
  return (
    <Card
      size="small"
      className="om-no-print om-whatif"
      title={t("whatif.title")}
      style={{ marginBottom: 12 }}
      extra={<Button type="text" icon={<CloseOutlined />} aria-label={t("whatif.close")} onClick={state.close} />}
    >
      <Typography.Paragraph type="secondary" style={{ marginTop: 0 }}>
        {t("whatif.what")}
      </Typography.Paragraph>
      <Ask data={state.data} error={state.error} retry={state.again} rows={5}>
        {(whatIf) => (
          <Row gutter={[16, 16]}>
            <Col xs={24} lg={8}>
              <Best whatIf={whatIf} state={state} milestone={milestone} />
            </Col>
            <Col xs={24} lg={16}>
              <Cases matter={matter} whatIf={whatIf} state={state} milestone={milestone} done={done} />
            </Col>
          </Row>
        )}
      </Ask>
    </Card>
  );
}

type Named = (code: string) => string;

/** What a requirement of a permit is called. */
const named = (whatIf: WhatIf, permit: string, requirement: string, milestone: Named): string =>
  requirementsOf(whatIf, permit, milestone).find((one) => one.requirement === requirement)?.name ?? requirement;

const permitName = (whatIf: WhatIf, code: string): string =>
  `${code} ${whatIf.permits.find((permit) => permit.code === code)?.name ?? ""}`;

/** Which single tolerance would save most now. */
function Best({ whatIf, state, milestone }: { whatIf: WhatIf; state: WhatIfState; milestone: Named }) {
  const { t, i18n } = useTranslation();
  return (
    <section aria-label={t("whatif.best")}>
      <Typography.Title level={2} style={{ fontSize: 15, marginTop: 0 }}>
        {t("whatif.best")}
      </Typography.Title>
      {whatIf.bestTolerances.length ? (
        <ol className="om-best">
          {whatIf.bestTolerances.map(({ permit, requirement, mode, workingDaysSaved, permitWorkingDaysSaved, verdict }) => (
            <li key={`${permit} ${requirement} ${mode}`}>
              <div className={`om-saved${workingDaysSaved > 0 ? " is-saved" : ""}`}>
                <b className="om-num">{workingDaysSaved}</b>
                <small>{t("whatif.workingDays")}</small>
              </div>
              <div style={{ flex: 1, minWidth: 0 }}>
                <div>
                  {permitName(whatIf, permit)} · {t(`mode.${mode}`)}
                </div>
                <small>
                  {t("whatif.missing", { what: named(whatIf, permit, requirement, milestone) })}
                  {permitWorkingDaysSaved > 0 ? ` · ${t("whatif.permitSooner", { days: days(t, permitWorkingDaysSaved, "WORKING_DAYS") })}` : ""}
                  {verdict.source ? ` · ${verdict.source}` : ""}
                  {(i18n.language === "en" ? verdict.who : verdict.whoZh)
                    ? ` · ${t("whatif.who", { who: i18n.language === "en" ? verdict.who : verdict.whoZh })}`
                    : ""}
                </small>
              </div>
              <Button
                size="small"
                aria-label={t("whatif.takeNamed", { what: `${permitName(whatIf, permit)} ${named(whatIf, permit, requirement, milestone)}` })}
                onClick={() => state.take({ kind: "TOLERATE", permit, requirement, mode })}
              >
                {t("whatif.take")}
              </Button>
            </li>
          ))}
        </ol>
      ) : (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("whatif.noBest")} />
      )}
    </section>
  );
}

function Cases({
  matter,
  whatIf,
  state,
  milestone,
  done,
}: {
  matter: Matter;
  whatIf: WhatIf;
  state: WhatIfState;
  milestone: Named;
  done: () => void;
}) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState<Case>();
  const base = whatIf.forecast?.completion;
  return (
    <section aria-label={t("whatif.cases")}>
      <Flex justify="space-between" align="center" wrap gap={8} style={{ marginBottom: 8 }}>
        <Typography.Title level={2} style={{ fontSize: 15, margin: 0 }}>
          {t("whatif.cases")}
        </Typography.Title>
        <span className="om-num">{base ? t("whatif.base", { day: base }) : null}</span>
        <Button icon={<PlusOutlined />} disabled={state.cases.length >= MOST} onClick={state.addCase}>
          {t("whatif.addCase")}
        </Button>
      </Flex>
      {state.cases.length ? (
        <Row gutter={[12, 12]}>
          {state.cases.map((one, n) => (
            <Col key={one.key} xs={24} md={state.cases.length > 1 ? 12 : 24} xl={24 / state.cases.length}>
              <CaseCard
                matter={matter}
                whatIf={whatIf}
                one={one}
                variant={state.fresh ? whatIf.whatIf[n] : undefined}
                shown={state.shown === one.key}
                state={state}
                milestone={milestone}
                add={() => setAdding(one)}
                done={done}
              />
            </Col>
          ))}
        </Row>
      ) : (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("whatif.noCases")} />
      )}
      {adding ? (
        <AddAssumption
          whatIf={whatIf}
          milestone={milestone}
          add={(item) => state.change(withItem(adding, item))}
          close={() => setAdding(undefined)}
        />
      ) : null}
    </section>
  );
}

function CaseCard({
  matter,
  whatIf,
  one,
  variant,
  shown,
  state,
  milestone,
  add,
  done,
}: {
  matter: Matter;
  whatIf: WhatIf;
  one: Case;
  variant: Variant | undefined;
  shown: boolean;
  state: WhatIfState;
  milestone: Named;
  add: () => void;
  done: () => void;
}) {
  const { t } = useTranslation();
  const leads = new Map(whatIf.permits.map((permit) => [permit.code, permit.lead]));
  return (
    <div className={`om-case${shown ? " is-shown" : ""}`}>
      <Flex gap={8} align="center">
        <Input
          size="small"
          aria-label={t("whatif.name")}
          value={one.name}
          maxLength={30}
          onChange={(event) => state.change({ ...one, name: event.target.value })}
        />
        <Button
          size="small"
          type="text"
          aria-label={t("whatif.removeCase", { name: one.name })}
          icon={<DeleteOutlined />}
          onClick={() => state.remove(one.key)}
        />
      </Flex>
      <div aria-live="polite" aria-busy={!variant} style={{ opacity: variant ? 1 : 0.45 }}>
        {variant ? <Figures variant={variant} assumed={one.items.length} /> : <div className="om-case-day om-num">…</div>}
      </div>
      <Radio checked={shown} onClick={() => state.show(shown ? undefined : one.key)}>
        {t("whatif.show")}
      </Radio>
      <ul className="om-list">
        {one.items.map((item) => (
          <Item
            key={JSON.stringify(item)}
            item={item}
            matter={matter}
            whatIf={whatIf}
            verdicts={variant ? verdictsOf(item, variant.forecast.verdicts, leads) : []}
            variant={variant}
            milestone={milestone}
            remove={() => state.change(without(one, item))}
            done={done}
          />
        ))}
      </ul>
      <Button size="small" icon={<PlusOutlined />} onClick={add}>
        {t("whatif.add")}
      </Button>
    </div>
  );
}

function Figures({ variant, assumed }: { variant: Variant; assumed: number }) {
  const { t } = useTranslation();
  const { completion, provisional, workingDaysSaved: saved } = variant.forecast;
  return (
    <>
      <div className="om-case-day om-num">
        {completion}
        {provisional ? <small> {t("matter.provisional")}</small> : null}
      </div>
      <Flex gap={6} wrap align="center">
        <span className={saved > 0 ? "om-gain" : saved < 0 ? "om-late" : undefined}>
          {saved > 0
            ? t("whatif.saves", { days: days(t, saved, "WORKING_DAYS") })
            : saved < 0
              ? t("whatif.costs", { days: days(t, -saved, "WORKING_DAYS") })
              : t("whatif.same")}
        </span>
        {assumed ? (
          <span className={variant.lawful ? "om-good" : "om-bad"}>
            {variant.lawful ? `✓ ${t("whatif.lawful")}` : `✕ ${t("whatif.unlawful")}`}
          </span>
        ) : null}
      </Flex>
    </>
  );
}

function Item({
  item,
  matter,
  whatIf,
  verdicts,
  variant,
  milestone,
  remove,
  done,
}: {
  item: Assumption;
  matter: Matter;
  whatIf: WhatIf;
  verdicts: readonly Verdict[];
  variant: Variant | undefined;
  milestone: Named;
  remove: () => void;
  done: () => void;
}) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const { bodyName } = useDirectory();
  const what =
    item.kind === "TOLERATE"
      ? `${permitName(whatIf, item.permit)}：${t(`mode.${item.mode}`)} ${named(whatIf, item.permit, item.requirement, milestone)}`
      : item.kind === "EXTEND"
        ? `${permitName(whatIf, item.permit)}：${t("whatif.extended", { count: item.by })}`
        : item.kind === "DROP"
          ? `${permitName(whatIf, item.permit)}：${t("whatif.dropped")}`
          : `${bodyName(item.body)}：${t("whatif.delayed", { days: days(t, item.workingDays, "WORKING_DAYS") })}`;
  // a delay of a department is the same for each of its permits, and is said once
  const said = [...new Map(verdicts.map((verdict) => [verdict.reasonZh, verdict])).values()].slice(0, 2);
  const lawful = said.length > 0 && said.every((verdict) => verdict.lawful);
  return (
    <li>
      <Flex justify="space-between" gap={4} align="start">
        <b>{what}</b>
        <Button
          size="small"
          type="text"
          aria-label={t("whatif.remove", { what })}
          icon={<CloseOutlined />}
          onClick={remove}
        />
      </Flex>
      {said.map((verdict) => (
        <div key={verdict.reasonZh} className={verdict.lawful ? "om-verdict" : "om-verdict om-late"}>
          <span aria-hidden="true">{verdict.lawful ? "✓" : "✕"}</span> {english ? verdict.reason : verdict.reasonZh}
          <small>
            {[verdict.rule, verdict.source]
              .filter((word): word is string => !!word && !(english ? verdict.reason : verdict.reasonZh).includes(word))
              .map((word): ReactNode => ` · ${word}`)}
          </small>
        </div>
      ))}
      {item.kind === "TOLERATE" && lawful && variant ? (
        <Propose item={item} matter={matter} whatIf={whatIf} variant={variant} milestone={milestone} done={done} />
      ) : null}
    </li>
  );
}

const CanPropose = graphql(`
  query CanPropose($id: ID!, $code: PermitCode!) {
    matter(id: $id) {
      id
      permit(code: $code) {
        id
        can {
          name
          allowed
          reason
          reasonZh
        }
      }
    }
  }
`);

/** Puts the tolerance to the department, whose it is to decide. */
function Propose({
  item,
  matter,
  whatIf,
  variant,
  milestone,
  done,
}: {
  item: Extract<Assumption, { kind: "TOLERATE" }>;
  matter: Matter;
  whatIf: WhatIf;
  variant: Variant;
  milestone: Named;
  done: () => void;
}) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const [{ data }] = useQuery({ query: CanPropose, variables: { id: matter.id, code: item.permit } });
  const action = data?.matter.permit?.can.find((action) => action.name === "proposeTolerance");
  if (!action) return null;
  const reason = i18n.language === "en" ? action.reason : action.reasonZh;
  return (
    <>
      <Button size="small" disabled={!action.allowed} onClick={() => setOpen(true)} style={{ marginTop: 4 }}>
        {t("whatif.propose")}
      </Button>
      {action.allowed ? null : <small> {reason}</small>}
      {open ? (
        <CommandForm
          target={{
            command: "proposeTolerance",
            matter: matter.id,
            revision: matter.revision ?? undefined,
            fixed: { permit: item.permit },
            about: permitName(whatIf, item.permit),
            initial: {
              requirement: item.requirement,
              mode: item.mode,
              reason: t("whatif.because", {
                from: whatIf.forecast?.completion ?? "",
                to: variant.forecast.completion,
                days: days(t, variant.forecast.workingDaysSaved, "WORKING_DAYS"),
              }),
            },
          }}
          choices={{
            requirements: requirementsOf(whatIf, item.permit, milestone).map(({ requirement, name }) => ({ requirement, name })),
            today: beijingDay(matter.asOf),
          }}
          close={() => setOpen(false)}
          done={() => {
            setOpen(false);
            done();
          }}
        />
      ) : null}
    </>
  );
}
