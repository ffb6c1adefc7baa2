// The permit one looks at: its clock with every step of the count, what it waits for, what is owed, what was recorded.
import { Button, Collapse, Descriptions, Drawer, Grid, Tag, Timeline, Typography } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { CardList } from "../cards/CardList";
import { CardParts } from "../cards/parts";
import { Actions } from "../commands/Actions";
import { type Entry, type History, useHistory } from "../history/history";
import { NoticeLinks, PaperLink } from "../papers/Papers";
import { hashesIn } from "../papers/store";
import { Ask, FaultNote } from "../ui/Ask";
import { StatusTag, standing } from "../ui/Status";
import { beijingDay, days } from "../ui/words";
import type { Matter } from "./query";

const LimitParts = graphql(`
  fragment LimitParts on LimitClock @_unmask {
    limit {
      value
      unit
      source
    }
    total
    used
    left
    unit
    state
    stopped
    due
    provisional
    overdue
    overdueDays
    explain {
      step
      zh
      en
    }
  }
`);

const PermitQuery = graphql(
  `
    query Permit($id: ID!, $code: PermitCode!, $at: AtInput) {
      matter(id: $id, at: $at) {
        id
        permit(code: $code) {
          id
          code
          name
          status
          ready
          lead
          cooperating
          custodian
          handoff {
            to
            reason
            answerDue {
              date
            }
          }
          clock {
            statutory {
              ...LimitParts
            }
            promised {
              ...LimitParts
            }
          }
          statutoryLimit {
            value
            unit
            source
          }
          promisedLimit {
            value
            unit
            source
          }
          prerequisites {
            requirement
            permit
            milestone
            gateNow
            statutory
            met
            source
          }
          materials {
            requirement
            code
            name
            gateNow
            statutory
            met
            source
            handed {
              paper
              fileName {
                text
              }
            }
          }
          tolerances {
            requirement
            mode
            live
            overdue
            form
            commitment
            due {
              date
            }
          }
          round {
            number
          }
          cards {
            ...CardParts
          }
          yellowCardOn
          cardReminder
          can {
            name
            allowed
            reason
            reasonZh
            rule
            source
          }
        }
      }
    }
  `,
  [LimitParts, CardParts],
);

type Permit = NonNullable<ResultOf<typeof PermitQuery>["matter"]["permit"]>;
type LimitClock = ResultOf<typeof LimitParts>;

export function PermitPanel({
  matter,
  code,
  at,
  close,
  open,
  done,
  start,
  started,
  changed,
}: {
  matter: Matter;
  code: string | undefined;
  at: { known: { time: string } } | undefined;
  close: () => void;
  open: (code: string) => void;
  done: () => void;
  /** The act to begin with. */
  start?: string;
  started?: () => void;
  /** Another number whenever somebody has changed the matter. */
  changed?: number;
}) {
  const wide = Grid.useBreakpoint().md ?? true;
  const [{ data, error }, again] = useQuery({
    query: PermitQuery,
    variables: { id: matter.id, code: code ?? "", at },
    pause: !code
  });
  const known = useRef(changed);
  useEffect(() => {
    if (known.current === changed) return;
    known.current = changed;
    if (code) again({ requestPolicy: "network-only" });
  }, [changed, code, again]);
  const history = useHistory(code ? matter.id : undefined, at, matter.revision, code);
  const permit = code && data?.matter.permit?.code === code ? data.matter.permit : undefined;
  return (
    <Drawer
      open={!!code}
      onClose={close}
      size={wide ? 560 : "100%"}
      mask={!wide}
      title={permit ? `${permit.code} ${permit.name}` : code}
    >
      <Ask data={permit} error={error} retry={() => again({ requestPolicy: "network-only" })}>
        {(permit) => (
          <Details
            permit={permit}
            key={permit.code}
            history={history}
            matter={matter}
            open={open}
            start={start}
            started={started}
            done={() => {
              again({ requestPolicy: "network-only" });
              done();
            }}
          />
        )}
      </Ask>
    </Drawer>
  );
}

function Details({
  permit,
  history,
  matter,
  open,
  done,
  start,
  started,
}: {
  permit: Permit;
  history: ReturnType<typeof useHistory>;
  matter: Matter;
  open: (code: string) => void;
  done: () => void;
  start: string | undefined;
  started: (() => void) | undefined;
}) {
  const { t, i18n } = useTranslation();
  const { bodyName } = useDirectory();
  const forecast = matter.forecast?.permits.find((forecast) => forecast.permit === permit.code);
  const mine = [...(history.data?.entries ?? [])].reverse();
  const permitName = (code: string) => matter.permits.find((permit) => permit.code === code)?.name ?? code;
  const answering = start?.startsWith("answerCard:") ? Number(start.slice(11)) : undefined;
  const owed = permit.tolerances.filter((tolerance) => tolerance.live);
  const choices = {
    permits: matter.permits.map(({ code, name }) => ({ code, name })),
    milestones: matter.milestones.map(({ code, name }) => ({ code, name })),
    requirements: [
      ...permit.materials.map(({ requirement, name, code }) => ({ requirement, name, material: code })),
      ...permit.prerequisites.map(({ requirement }) => ({ requirement, name: requirementName(permit, requirement, permitName) })),
    ],
    entries: mine.map((event) => ({ id: event.id, sentence: i18n.language === "en" ? event.sentence : event.sentenceZh })),
    today: beijingDay(matter.asOf),
  };
  return (
    <>
      {matter.past ? null : (
        <Actions
          can={permit.can}
          target={{ matter: matter.id, revision: matter.revision ?? undefined, fixed: { permit: permit.code }, about: `${permit.code} ${permit.name}` }}
          choices={choices}
          done={done}
          start={answering === undefined ? start : undefined}
          started={started}
        />
      )}
      <Descriptions
        size="small"
        column={1}
        items={[
          {
            key: "status",
            label: t("matter.status"),
            children: (
              <>
                <StatusTag status={standing(permit.status, permit.ready)} />
                {permit.round && permit.round.number > 1 ? <Tag>{t("permit.rounds", { number: permit.round.number })}</Tag> : null}
              </>
            ),
          },
          { key: "lead", label: t("matter.body"), children: bodyName(permit.lead) },
          ...(permit.custodian && permit.custodian !== permit.lead
            ? [{ key: "custody", label: t("permit.custody"), children: bodyName(permit.custodian) }]
            : []),
          ...(permit.handoff
            ? [
                {
                  key: "handoff",
                  label: t("permit.handoff"),
                  children: `${bodyName(permit.handoff.to)} · ${permit.handoff.answerDue.date} · ${permit.handoff.reason}`,
                },
              ]
            : []),
          ...(forecast
            ? [
                {
                  key: "forecast",
                  label: t("matter.forecast"),
                  children: (
                    <>
                      {t("permit.forecast", forecast)}
                      {forecast.waitsFor ? ` · ${t("permit.waitsFor", { what: forecast.waitsFor })}` : ""}
                    </>
                  ),
                },
              ]
            : []),
        ]}
      />
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {t("permit.clock")}
      </Typography.Title>
      <Clock which="statutory" clock={permit.clock?.statutory} limit={permit.statutoryLimit} />
      <Clock which="promised" clock={permit.clock?.promised} limit={permit.promisedLimit} />
      {owed.length ? (
        <>
          <Typography.Title level={2} style={{ fontSize: 16 }}>
            {t("permit.debts")}
          </Typography.Title>
          <ul>
            {owed.map((debt) => (
              <li key={debt.requirement} className={debt.overdue ? "om-late" : undefined}>
                {requirementName(permit, debt.requirement, permitName)} · {t(`mode.${debt.mode}`)} ·{" "}
                {t("permit.owedUntil", { day: debt.due.date })} <PaperLink hash={debt.commitment} label={t("paper.commitment")} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {permit.cards.length || permit.cardReminder ? (
        <>
          <Typography.Title level={2} style={{ fontSize: 16 }}>
            {t("card.cards")}
          </Typography.Title>
          {permit.cardReminder && permit.yellowCardOn ? (
            <p className="om-late">{t("card.reminder", { day: permit.yellowCardOn })}</p>
          ) : null}
          <CardList
            cards={permit.cards}
            matter={matter.id}
            revision={matter.revision}
            permit={permit}
            named={(requirement) => requirementName(permit, requirement, permitName)}
            today={choices.today}
            done={done}
            start={answering}
            started={started}
          />
        </>
      ) : null}
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {t("permit.before")}
      </Typography.Title>
      {permit.prerequisites.length ? (
        <ul className="om-list">
          {permit.prerequisites.map((edge) => (
            <li key={edge.requirement}>
              <span aria-hidden="true">{edge.met ? "✓" : "○"}</span>{" "}
              {edge.permit ? (
                <Typography.Link onClick={() => open(edge.permit ?? "")}>
                  {edge.permit} {permitName(edge.permit)}
                </Typography.Link>
              ) : (
                (matter.milestones.find((milestone) => milestone.code === edge.milestone)?.name ?? edge.milestone)
              )}{" "}
              → {t(`gate.${edge.gateNow}`)} · {edge.met ? t("permit.met") : t("permit.unmet")}
              {edge.statutory ? <Tag style={{ marginLeft: 6 }}>{t("permit.statutoryMark")}</Tag> : null}
              <div style={{ fontSize: 12 }}>{edge.source}</div>
            </li>
          ))}
        </ul>
      ) : (
        <p>{t("permit.none")}</p>
      )}
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {t("permit.materials")}
      </Typography.Title>
      {permit.materials.length ? (
        <ul className="om-list">
          {permit.materials.map((material) => (
            <li key={material.requirement}>
              <span aria-hidden="true">{material.met ? "✓" : "○"}</span> {material.name} → {t(`gate.${material.gateNow}`)} ·{" "}
              {material.met ? t("permit.handed") : t("permit.missing")}
              {material.statutory ? <Tag style={{ marginLeft: 6 }}>{t("permit.statutoryMark")}</Tag> : null}
              {material.handed?.paper ? <PaperLink hash={material.handed.paper} name={material.handed.fileName?.text} /> : null}
            </li>
          ))}
        </ul>
      ) : (
        <p>{t("permit.none")}</p>
      )}
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {t("permit.history")}
      </Typography.Title>
      <Past history={history} entries={mine} />
    </>
  );
}

/** How many entries stand open at first. */
const RECENT = 20;

function Past({
  history,
  entries,
}: {
  history: { data?: History; error?: Parameters<typeof FaultNote>[0]["error"]; again: () => void };
  entries: readonly Entry[];
}) {
  const { t, i18n } = useTranslation();
  const [all, setAll] = useState(false);
  return (
    <Ask data={history.data} error={history.error} retry={history.again} rows={4}>
      {() => (
        <>
          <Timeline
            items={entries.slice(0, all ? undefined : RECENT).map((event) => ({
              key: event.id,
              content: (
                <>
                  <span className="om-num">{event.effectiveOn}</span> {i18n.language === "en" ? event.sentence : event.sentenceZh}
                  {event.backfilled ? <Tag style={{ marginLeft: 6 }}>{t("permit.backfilled")}</Tag> : null}
                  <EntryPapers entry={event} />
                </>
              ),
            }))}
          />
          {entries.length > RECENT && !all ? (
            <Button size="small" onClick={() => setAll(true)}>
              {t("permit.allHistory", { count: entries.length })}
            </Button>
          ) : null}
        </>
      )}
    </Ask>
  );
}

/** The notice of an entry to print, and the papers that it names. */
export function EntryPapers({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const hashes = hashesIn(entry.data);
  if (!entry.noticeUrl && !hashes.length) return null;
  return (
    <div className="om-entry-papers">
      {entry.noticeUrl ? <NoticeLinks url={entry.noticeUrl} /> : null}
      {hashes.map((hash, n) => (
        <PaperLink key={hash} hash={hash} label={hashes.length > 1 ? t("paper.numbered", { n: n + 1 }) : undefined} />
      ))}
    </div>
  );
}

function requirementName(permit: Permit, requirement: string, permitName: (code: string) => string): string {
  const material = permit.materials.find((material) => material.requirement === requirement);
  if (material) return material.name;
  const edge = permit.prerequisites.find((edge) => edge.requirement === requirement);
  return edge?.permit ? permitName(edge.permit) : requirement;
}

function Clock({
  which,
  clock,
  limit,
}: {
  which: "statutory" | "promised";
  clock: LimitClock | null | undefined;
  limit: { value: number; unit: "WORKING_DAYS" | "CALENDAR_DAYS"; source: string } | null;
}) {
  const { t, i18n } = useTranslation();
  if (!clock) {
    if (!limit) return null;
    return (
      <p>
        <b>{t(`permit.${which}`)}</b> {t("permit.of", { days: days(t, limit.value, limit.unit) })} · {t("permit.notStarted")}
        <br />
        <small>
          {t("permit.source")} {limit.source}
        </small>
      </p>
    );
  }
  const share = Math.min(100, clock.total ? (100 * clock.used) / clock.total : 0);
  return (
    <div style={{ marginBottom: 10 }}>
      <div>
        <b>{t(`permit.${which}`)}</b> {t("permit.used", { days: days(t, clock.used, clock.unit) })}，{t("permit.of", { days: days(t, clock.total, clock.unit) })}
        {" · "}
        {clock.due ? `${t("permit.due")} ${clock.due}` : clock.stopped ? t("permit.stopped") : ""}
        {clock.provisional ? ` (${t("matter.provisional")})` : ""}
        {" · "}
        {clock.overdue ? (
          <span className="om-late">{t("matter.overdueBy", { days: days(t, clock.overdueDays, clock.unit) })}</span>
        ) : clock.state === "ENDED" ? null : (
          t("matter.leftNow", { days: days(t, clock.left, clock.unit) })
        )}
      </div>
      <div className="om-steps" style={{ height: 6 }} aria-hidden="true">
        <span>
          <i style={{ width: `${share}%`, background: clock.overdue ? "#b3261e" : "#009e73" }} />
        </span>
      </div>
      <Collapse
        ghost
        size="small"
        items={[
          {
            key: "explain",
            label: t("permit.arithmetic"),
            children: (
              <ol style={{ paddingLeft: 18, margin: 0 }}>
                {clock.explain.map((step) => (
                  <li key={step.zh}>{i18n.language === "en" ? step.en : step.zh}</li>
                ))}
                <li>
                  {t("permit.source")} {clock.limit.source}
                </li>
              </ol>
            ),
          },
        ]}
      />
    </div>
  );
}
