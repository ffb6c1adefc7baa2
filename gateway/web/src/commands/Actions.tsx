// What one may do here, as the server says; what one may not, with its reason.
import { Button, Collapse, Flex, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Choices } from "./Fields";
import { CommandForm, type Target } from "./CommandForm";
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
const GRAVE = new Set(["denyPermit", "revokePermit", "refuseAcceptance", "terminateMatter", "withdrawPermit", "refuseRenewal"]);

export function Actions({
  can,
  target,
  choices,
  done,
}: {
  can: readonly Can[];
  target: Omit<Target, "command">;
  choices: Choices;
  done: () => void;
}) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const [open, setOpen] = useState<string>();
  const [mine, others] = [can.filter((action) => action.allowed), can.filter((action) => !action.allowed)];
  return (
    <section aria-label={t("permit.actions")}>
      <Flex gap={8} wrap>
        {mine.length ? null : <Typography.Text type="secondary">{t("command.nothing")}</Typography.Text>}
        {mine.map((action, n) => (
          <Button
            key={action.name}
            type={n === 0 && !GRAVE.has(action.name) ? "primary" : "default"}
            danger={GRAVE.has(action.name)}
            onClick={() => setOpen(action.name)}
          >
            {commandName(action.name, english)}
          </Button>
        ))}
      </Flex>
      {others.length ? (
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
          done={() => {
            setOpen(undefined);
            done();
          }}
        />
      ) : null}
    </section>
  );
}
