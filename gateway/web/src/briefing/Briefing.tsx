// The briefing (专报) of a week on A4: numbers by the server, pinned so that a reprint is the same; the lead's words are typed
// here and printed, and kept nowhere.
import { LeftOutlined, PrinterOutlined, PushpinOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Flex, Input, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { Ask } from "../ui/Ask";
import { bare, beijing } from "../ui/words";

const BriefingQuery = graphql(`
  query Briefing($week: Date, $at: BriefingPinInput) {
    briefing(week: $week, at: $at) {
      monday
      sunday
      weekBefore
      weekAfter
      pin {
        event
        recorded
        day
      }
      done {
        received
        accepted
        approved
        denied
        issued
        tolerated
        supplemented
        handedOff
        backfilled
      }
      matters {
        matter
        name
        phaseZh
        phaseEn
        permits
        permitsDone
        permitsLate
        completionBefore
        completion
        target
        tolerancesSaveWorkingDays
      }
      coordination {
        ...BriefingRowParts
      }
      cards {
        ...BriefingRowParts
      }
      debts {
        ...BriefingRowParts
      }
      dueNextWeek {
        ...BriefingRowParts
      }
    }
  }

  fragment BriefingRowParts on BriefingRow @_unmask {
    matter
    matterName
    permit
    about
    on
    sentence
    sentenceZh
  }
`);

type Whole = ResultOf<typeof BriefingQuery>["briefing"];
type Row = Whole["coordination"][number];

const COUNTS = ["received", "accepted", "approved", "denied", "issued", "tolerated", "supplemented", "handedOff", "backfilled"] as const;
const SECTIONS = ["coordination", "cards", "debts", "dueNextWeek"] as const;

export default function Briefing() {
  const { t } = useTranslation();
  const [asked, setAsked] = useSearchParams();
  const [week, event, day] = [asked.get("week"), asked.get("event"), asked.get("day")];
  const at = event && day ? { event, day } : null;
  const [answer, again] = useQuery({ query: BriefingQuery, variables: { week, at }, requestPolicy: "network-only" });
  const { data, error } = answer;
  const go = (to: string | null | undefined) => {
    if (to) setAsked({ week: to });
  };
  const pin = () => {
    if (data) setAsked({ week: data.briefing.monday, event: data.briefing.pin.event, day: data.briefing.pin.day });
  };
  return (
    <>
      <Flex wrap gap={8} align="center" className="om-no-print" style={{ marginBottom: 12 }}>
        <Button icon={<LeftOutlined />} disabled={!data?.briefing.weekBefore} onClick={() => go(data?.briefing.weekBefore)}>
          {t("briefing.before")}
        </Button>
        <Button icon={<RightOutlined />} iconPlacement="end" disabled={!data?.briefing.weekAfter} onClick={() => go(data?.briefing.weekAfter)}>
          {t("briefing.after")}
        </Button>
        <Button onClick={() => setAsked({})}>{t("briefing.now")}</Button>
        {at ? (
          <Tag color="blue" icon={<PushpinOutlined />}>
            {t("briefing.pinned")}
          </Tag>
        ) : (
          <Button icon={<PushpinOutlined />} disabled={!data} onClick={pin}>
            {t("briefing.pin")}
          </Button>
        )}
        <Button type="primary" icon={<PrinterOutlined />} disabled={!data} onClick={() => window.print()}>
          {t("briefing.print")}
        </Button>
      </Flex>
      <Ask data={data} error={error} retry={() => again({ requestPolicy: "network-only" })}>
        {(shown) => <Sheet briefing={shown.briefing} />}
      </Ask>
    </>
  );
}

function Sheet({ briefing }: { briefing: Whole }) {
  const { t, i18n } = useTranslation();
  const zh = i18n.language !== "en";
  const [words, setWords] = useState("");
  const counts = COUNTS.filter((count) => briefing.done[count] > 0);
  return (
    <article className="om-sheet">
      <Typography.Title level={1}>{t("briefing.title")}</Typography.Title>
      <p className="om-sheet-week">
        {t("briefing.week", { monday: briefing.monday, sunday: briefing.sunday, day: briefing.pin.day })}
      </p>
      <section>
        <h2>{t("briefing.progress")}</h2>
        <p>
          {counts.length
            ? counts.map((count) => t(`briefing.done.${count}`, { count: briefing.done[count] })).join(zh ? "，" : ", ")
            : t("briefing.nothing")}
        </p>
        <table>
          <thead>
            <tr>
              <th>{t("briefing.matter")}</th>
              <th>{t("briefing.permits")}</th>
              <th>{t("briefing.late")}</th>
              <th>{t("briefing.completion")}</th>
              <th>{t("briefing.target")}</th>
              <th>{t("briefing.saved")}</th>
            </tr>
          </thead>
          <tbody>
            {briefing.matters.map((line) => (
              <tr key={line.matter}>
                <th scope="row">
                  <Link to={`/matter/${bare(line.matter)}`}>{line.name}</Link>
                  <small>{zh ? line.phaseZh : line.phaseEn}</small>
                </th>
                <td className="om-num">
                  {line.permitsDone} / {line.permits}
                </td>
                <td className={line.permitsLate ? "om-num om-late" : "om-num"}>{line.permitsLate || "—"}</td>
                <td className="om-num">
                  {line.completion ?? "—"}
                  {line.completionBefore && line.completionBefore !== line.completion ? (
                    <small>{t("briefing.wasBefore", { day: line.completionBefore })}</small>
                  ) : null}
                </td>
                <td className="om-num">{line.target ?? "—"}</td>
                <td className="om-num">
                  {line.tolerancesSaveWorkingDays ? t("days.WORKING_DAYS", { count: line.tolerancesSaveWorkingDays }) : "—"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {SECTIONS.map((section) => (
        <section key={section}>
          <h2>{t(`briefing.section.${section}`)}</h2>
          <Rows rows={briefing[section]} />
        </section>
      ))}
      <section>
        <h2>{t("briefing.words")}</h2>
        <Input.TextArea
          className="om-no-print"
          aria-label={t("briefing.words")}
          placeholder={t("briefing.wordsHint")}
          autoSize={{ minRows: 3 }}
          value={words}
          onChange={({ target }) => setWords(target.value)}
        />
        <p className="om-only-print om-words">{words}</p>
      </section>
      <footer>
        {t("briefing.known", { when: beijing(briefing.pin.recorded) })}
        <br />
        <code>{briefing.pin.event}</code>
      </footer>
    </article>
  );
}

function Rows({ rows }: { rows: readonly Row[] }) {
  const { t, i18n } = useTranslation();
  const zh = i18n.language !== "en";
  if (!rows.length) return <p>{t("briefing.none")}</p>;
  return (
    <ol>
      {rows.map((row) => (
        <li key={`${row.matter} ${row.about} ${row.on} ${row.sentence}`}>
          <Link to={`/matter/${bare(row.matter)}${row.permit ? `?permit=${row.permit.split("/")[1]}` : ""}`}>{row.about}</Link>{" "}
          <small>{row.matterName}</small>
          <div>{zh ? row.sentenceZh : row.sentence}</div>
        </li>
      ))}
    </ol>
  );
}
