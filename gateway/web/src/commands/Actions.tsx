// What one may do here, as the server says; what one may not, with its reason.
import { Alert, Button, Collapse, Flex, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Choices } from "./Fields";
import { CommandForm, type Done, type Target } from "./CommandForm";
import { commandName } from "./words";

export interface Can {
  name: string;
  allowed: boolean;
  reason: string | null;
  reasonZh: string | null;
  rule: string | null;
  source: string | null;
}

/** The acts that end something or weigh on the applicant stand apart. */
const GRAVE = new Set([
  "denyPermit",
  "revokePermit",
  "refuseAcceptance",
  "terminateMatter",
  "withdrawPermit",
  "refuseRenewal",
  "cancelMeeting",
  "cancelCard",
]);

/** Acts that hold up, hand on or put right: never the one that is proposed first. */
const ASIDE = new Set([
  "suspendMatter",
  "amendPlan",
  "planMilestone",
  "correctProject",
  "changeTaskForce",
  "suspendClock",
  "offerHandoff",
  "correctEntry",
  "requestDateChange",
]);

export function Actions({
  can,
  target,
  choices,
  done,
  start,
  started,
  quiet,
}: {
  can: readonly Can[];
  target: Omit<Target, "command">;
  choices: Partial<Choices>;
  done: Done;
  /** The act to begin with, as another screen asked for it. */
  start?: string;
  started?: () => void;
  /** Says nothing where there is nothing to do. */
  quiet?: boolean;
}) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const [open, setOpen] = useState<string>();
  const [asked, setAsked] = useState<Can>();
  useEffect(() => {
    if (!start) return;
    const action = can.find((action) => action.name === start);
    if (action?.allowed) setOpen(start);
    else setAsked(action ?? { name: start, allowed: false, reason: null, reasonZh: null, rule: null, source: null });
    started?.();
  }, [start, started, can]);
  const [mine, others] = [can.filter((action) => action.allowed), can.filter((action) => !action.allowed)];
  return (
    <section aria-label={t("permit.actions")}>
      {asked ? (
        <Alert
          type="warning"
          showIcon
          closable={{ onClose: () => setAsked(undefined) }}
          role="alert"
          style={{ marginBottom: 8 }}
          title={t("command.cannot", { name: commandName(asked.name, english) })}
          description={(english ? asked.reason : asked.reasonZh) ?? ""}
        />
      ) : null}
      <Flex gap={8} wrap>
        {mine.length || quiet ? null : <Typography.Text type="secondary">{t("command.nothing")}</Typography.Text>}
        {mine.map((action, n) => (
          <Button
            key={action.name}
            type={n === 0 && !GRAVE.has(action.name) && !ASIDE.has(action.name) ? "primary" : "default"}
            danger={GRAVE.has(action.name)}
            onClick={() => setOpen(action.name)}
          >
            {commandName(action.name, english)}
          </Button>
        ))}
      </Flex>
      {others.length && !(quiet && !mine.length) ? (
        <Collapse
          ghost
          size="small"
          items={[
            {
              key: "why",
              label: t("command.whyNot", { count: others.length }),
              children: (
                <ul className="om-list">
                  {others.map((action) => (
                    <li key={action.name}>
                      <b>{commandName(action.name, english)}</b>：{english ? action.reason : action.reasonZh}
                      <div style={{ fontSize: 12 }}>{[action.rule, action.source].filter(Boolean).join(" · ")}</div>
                    </li>
                  ))}
                </ul>
              ),
            },
          ]}
        />
      ) : null}
      {open ? (
        <CommandForm
          key={open}
          target={{ ...target, command: open }}
          choices={choices}
          close={() => setOpen(undefined)}
          done={(answer) => {
            setOpen(undefined);
            done(answer);
          }}
        />
      ) : null}
    </section>
  );
}
