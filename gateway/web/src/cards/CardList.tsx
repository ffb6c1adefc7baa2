// Cards in full: the ground, the clock as the rule saw it, what was answered and appealed, and what one may do.
import { Alert, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../app/session";
import { Actions } from "../commands/Actions";
import type { Done } from "../commands/CommandForm";
import { days } from "../ui/words";
import { CardMark } from "./CardMark";
import type { Card } from "./parts";

export function CardList({
  cards,
  matter,
  revision,
  permit,
  named,
  today,
  done,
  start,
  started,
}: {
  cards: readonly Card[];
  matter: string;
  revision: number | null;
  permit: { code: string; name: string };
  /** What a requirement is called. */
  named: (requirement: string) => string;
  today: string;
  done: Done;
  /** The card to answer at once, as another screen asked. */
  start?: number;
  started?: () => void;
}) {
  const { t } = useTranslation();
  const { bodyName, officerName } = useDirectory();
  const word = (title: string, said: { on: string; by: string; text: string }) => (
    <p key={`${title}${said.on}${said.text}`} className="om-card-word">
      <b>{title}</b> <span className="om-num">{said.on}</span> {officerName(said.by)}：{said.text}
    </p>
  );
  return (
    <ul className="om-list om-card-list">
      {cards.map((card) => (
        <li key={card.number} id={`card-${card.number}`}>
          <div className="om-card-head">
            <CardMark color={card.color} />
            <b>{t("card.title", { number: card.number, color: t(`card.color.${card.color}`) })}</b>
            <Tag>{t(`card.standing.${card.standing}`)}</Tag>
            <span className="om-num">{card.on}</span>
          </div>
          <p className="om-card-word">
            {t("card.against", { body: bodyName(card.against) })} · {t(`card.subject.${card.subject}`)}
            {card.term ? `（${t(`term.${card.term}`)}）` : ""}
            {card.requirement ? `（${named(card.requirement)}）` : ""} ·{" "}
            {card.byRule ? t("card.byRule") : t("card.byHand", { who: officerName(card.by) })}
          </p>
          {card.reason ? <p className="om-card-word">{card.reason}</p> : null}
          {card.evidence ? (
            <p className="om-card-word om-num">
              {t("card.evidence", {
                asOf: card.evidence.asOf,
                start: card.evidence.start,
                used: days(t, card.evidence.used, card.evidence.limit.unit),
                total: days(t, card.evidence.total, card.evidence.limit.unit),
                left:
                  card.evidence.left < 0
                    ? t("matter.overdueBy", { days: days(t, -card.evidence.left, card.evidence.limit.unit) })
                    : t("matter.leftNow", { days: days(t, card.evidence.left, card.evidence.limit.unit) }),
                due: card.evidence.due,
              })}
              <br />
              <small>
                {t("card.rule", {
                  percent: card.evidence.yellowUsedPercent,
                  left: days(t, card.evidence.yellowLeftWorkingDays, "WORKING_DAYS"),
                  calendar: card.evidence.calendar,
                })}{" "}
                · {t("permit.source")} {card.evidence.limit.source}
              </small>
            </p>
          ) : null}
          {card.answers.length ? card.answers.map((said) => word(t("card.answer"), said)) : null}
          {card.standing === "ISSUED" && !card.answers.length ? <p className="om-card-word om-late">{t("card.unanswered")}</p> : null}
          {card.appeal ? word(t("card.appeal"), card.appeal) : null}
          {card.closing ? word(t("card.closing"), card.closing) : null}
          {card.premiseStands ? null : <Alert type="info" showIcon title={t("card.premiseGone")} />}
          <Actions
            quiet
            can={card.can}
            target={{
              matter,
              revision: revision ?? undefined,
              fixed: { permit: permit.code, card: card.number },
              about: `${permit.code} ${permit.name} · ${t("card.title", { number: card.number, color: t(`card.color.${card.color}`) })}`,
            }}
            choices={{ today }}
            done={done}
            start={card.number === start ? "answerCard" : undefined}
            started={started}
          />
        </li>
      ))}
    </ul>
  );
}
