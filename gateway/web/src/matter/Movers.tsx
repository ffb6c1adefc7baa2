// Whose move it is now on this matter (轮到谁), those that hold up most first, and the milestones with their days.
import { Button, Card, Flex, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../app/session";
import { Actions } from "../commands/Actions";
import type { Done } from "../commands/CommandForm";
import { beijingDay, days } from "../ui/words";
import type { Matter } from "./query";

const FIRST = 5;

export function Movers({ matter, choose }: { matter: Matter; choose: (code: string) => void }) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const { bodyName } = useDirectory();
  const [all, setAll] = useState(false);
  // what waits for others moves once they do
  const moves = matter.blocks.filter((block) => block.mover);
  const codes = new Set(matter.permits.map(({ code }) => code));
  if (!moves.length) return null;
  const shown = all ? moves : moves.slice(0, FIRST);
  return (
    <Card size="small" title={t("matter.moves", { count: moves.length })} style={{ marginBottom: 12 }}>
      <ul className="om-moves">
        {shown.map((move) => {
          const late = move.leftWorkingDays != null && move.leftWorkingDays < 0;
          return (
            <li key={move.code}>
              <b>{move.body ? bodyName(move.body) : t(`mover.${move.mover ?? "APPLICANT"}`)}</b>
              <div>
                {english ? move.sentence : move.sentenceZh}
                <div className="om-under">
                  {move.leftWorkingDays == null ? null : (
                    <span className={late ? "om-late" : undefined}>
                      {late
                        ? t("matter.overdueBy", { days: days(t, -move.leftWorkingDays, "WORKING_DAYS") })
                        : t("matter.leftNow", { days: days(t, move.leftWorkingDays, "WORKING_DAYS") })}
                      {" · "}
                    </span>
                  )}
                  {move.holdsUp.length ? t("matter.holdsUp", { count: move.holdsUp.length }) : t("matter.holdsNothing")}
                </div>
              </div>
              {codes.has(move.code) ? (
                <Button size="small" className="om-no-print" aria-label={t("matter.open", { name: move.code })} onClick={() => choose(move.code)}>
                  {t("matter.look")}
                </Button>
              ) : null}
            </li>
          );
        })}
      </ul>
      {moves.length > FIRST ? (
        <Button type="link" className="om-inline" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("matter.fewer") : t("matter.allMoves", { count: moves.length })}
        </Button>
      ) : null}
    </Card>
  );
}

export function Milestones({ matter, done }: { matter: Matter; done: Done }) {
  const { t } = useTranslation();
  const { bodyName } = useDirectory();
  const today = beijingDay(matter.asOf);
  if (!matter.milestones.length) return null;
  return (
    <Card size="small" title={t("milestone.title")} style={{ marginBottom: 12 }}>
      <ul className="om-list">
        {matter.milestones.map((milestone) => {
          const open = milestone.changes.filter(({ state }) => state === "OPEN");
          const late = !milestone.reachedOn && !!milestone.planned && milestone.planned < today;
          return (
            <li key={milestone.code}>
              <Flex gap={8} wrap align="center">
                <b>{milestone.name}</b>
                {milestone.reachedOn ? (
                  <span className="om-good">{t("milestone.reached", { day: milestone.reachedOn })}</span>
                ) : milestone.planned ? (
                  <span className={late ? "om-bad" : "om-plain"}>{t(late ? "milestone.late" : "milestone.planned", { day: milestone.planned })}</span>
                ) : (
                  <span className="om-plain">{t("milestone.undated")}</span>
                )}
                {milestone.planned && milestone.original && milestone.planned !== milestone.original ? (
                  <Typography.Text type="secondary" className="om-under">
                    {t("milestone.original", { day: milestone.original })}
                  </Typography.Text>
                ) : null}
              </Flex>
              {open.map((change) => (
                <div key={change.event} className="om-under">
                  <Tag>{t("milestone.asked")}</Tag>
                  {t("milestone.change", { body: bodyName(change.body), from: change.from, to: change.to, why: change.reason })}
                </div>
              ))}
              {matter.past ? null : (
                <Actions
                  quiet
                  can={milestone.can}
                  target={{
                    matter: matter.id,
                    revision: matter.revision ?? undefined,
                    fixed: { milestone: milestone.code },
                    about: milestone.name,
                  }}
                  choices={{ today }}
                  done={done}
                />
              )}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
