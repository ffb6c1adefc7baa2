// One joint meeting: its agenda, what was resolved and what the competent bodies then did, whose task is what.
import { Breadcrumb, Button, Card, Col, Descriptions, Empty, Flex, Row, Timeline, Typography } from "antd";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useQuery, useSubscription } from "urql";
import { graphql, type ResultOf } from "../api/graphql";
import { useDirectory } from "../app/session";
import { Actions } from "../commands/Actions";
import { CommandForm } from "../commands/CommandForm";
import { useHistory } from "../history/history";
import { Ask } from "../ui/Ask";
import { useAgainAt } from "../ui/pages";
import { bare } from "../ui/words";
import { useMatters } from "./names";
import { TaskParts, Tasks } from "./Tasks";

const MeetingQuery = graphql(
  `
    query Meeting($id: ID!) {
      meeting(id: $id) {
        id
        revision
        phase
        title
        on
        place
        chair
        convener
        matters
        bodies
        agenda
        minutes
        closedOn
        cancelledBecause
        resolutions {
          number
          matter
          text
          on
          doneBy {
            event
            actCalled
            actCalledZh
            body
            on
          }
          can {
            name
            allowed
          }
        }
        tasks {
          ...TaskParts
        }
        can {
          name
          allowed
          reason
          reasonZh
          rule
          source
        }
        history(first: 200) {
          nodes {
            id
            effectiveOn
            sentence
            sentenceZh
          }
        }
      }
    }
  `,
  [TaskParts],
);

const MeetingChanged = graphql(`
  subscription MeetingChanged($id: ID!, $since: Int) {
    meetingChanged(id: $id, since: $since) {
      __typename
      ... on MeetingChanged {
        revision
      }
      ... on Resync {
        head: revision
      }
    }
  }
`);

type Meeting = ResultOf<typeof MeetingQuery>["meeting"];

export default function MeetingPage() {
  const id = `meeting:${useParams().id ?? ""}`;
  const [{ data, error }, ask] = useQuery({ query: MeetingQuery, variables: { id } });
  const again = () => ask({ requestPolicy: "network-only" });
  const since = useRef<number>(undefined);
  since.current ??= data?.meeting.id === id ? (data.meeting.revision ?? undefined) : undefined;
  const [{ data: change }] = useSubscription({
    query: MeetingChanged,
    variables: { id, since: since.current },
    pause: since.current === undefined,
  });
  const told = change?.meetingChanged;
  const position = told && `${told.__typename} ${told.__typename === "MeetingChanged" ? told.revision : told.head}`;
  useAgainAt(position ? { position, pending: false } : undefined, again);
  return (
    <Ask data={data?.meeting} error={error} retry={again} rows={10}>
      {(meeting) => <Whole meeting={meeting} again={again} />}
    </Ask>
  );
}

function Whole({ meeting, again }: { meeting: Meeting; again: () => void }) {
  const { t, i18n } = useTranslation();
  const { bodyName, officerName } = useDirectory();
  const { matterName, today } = useMatters();
  const matters = useMemo(() => meeting.matters.map((id) => ({ id, name: matterName(id) })), [meeting.matters, matterName]);
  const choices = useMemo(
    () => ({ matters, resolutions: meeting.resolutions.map(({ number, text }) => ({ number, text })), today }),
    [matters, meeting.resolutions, today],
  );
  // a meeting on one matter resolves on that
  const only = matters.length === 1 ? { matter: matters[0]?.id } : undefined;
  return (
    <>
      <Breadcrumb items={[{ title: <Link to="/meetings">{t("place.meetings")}</Link> }, { title: meeting.on }]} />
      <Card size="small" style={{ marginBlock: 12 }}>
        <Flex gap={8} align="center" wrap>
          <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
            {meeting.title}
          </Typography.Title>
          <span className={meeting.phase === "CLOSED" ? "om-good" : meeting.phase === "CANCELLED" ? "om-bad" : "om-plain"}>
            {t(`meeting.phase.${meeting.phase}`)}
          </span>
        </Flex>
        {meeting.cancelledBecause ? <p className="om-late">{t("meeting.cancelled", { why: meeting.cancelledBecause })}</p> : null}
        <Descriptions
          style={{ marginBlock: 8 }}
          size="small"
          column={{ xs: 1, md: 2, xl: 4 }}
          items={[
            { key: "on", label: t("meeting.on"), children: <span className="om-num">{meeting.on}</span> },
            { key: "place", label: t("meeting.place"), children: meeting.place },
            { key: "chair", label: t("meeting.chair"), children: officerName(meeting.chair) },
            { key: "convener", label: t("meeting.convener"), children: officerName(meeting.convener) },
            {
              key: "matters",
              label: t("meeting.matters"),
              span: "filled",
              children: matters.map(({ id, name }) => (
                <div key={id}>
                  <Link to={`/matter/${bare(id)}`}>{name}</Link>
                </div>
              )),
            },
            { key: "bodies", label: t("meeting.bodies"), span: "filled", children: meeting.bodies.map(bodyName).join("、") },
            ...(meeting.minutes
              ? [{ key: "minutes", label: t("meeting.minutes"), children: `${meeting.minutes} · ${meeting.closedOn ?? ""}` }]
              : []),
          ]}
        />
        <Actions
          can={meeting.can}
          target={{ meeting: meeting.id, revision: meeting.revision ?? undefined, about: meeting.title ?? undefined, initial: only }}
          choices={choices}
          done={again}
        />
      </Card>
      <Row gutter={[12, 12]}>
        <Col xs={24} lg={9}>
          <Card size="small" title={t("meeting.agenda")} style={{ marginBottom: 12 }}>
            {meeting.agenda.length ? (
              <ol className="om-agenda">
                {meeting.agenda.map((point) => (
                  <li key={point}>{point}</li>
                ))}
              </ol>
            ) : (
              <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("meeting.noAgenda")} />
            )}
          </Card>
          <Resolutions meeting={meeting} matterName={matterName} today={today} again={again} />
        </Col>
        <Col xs={24} lg={15}>
          <Card size="small" title={t("meeting.tasks")} style={{ marginBottom: 12 }}>
            <Tasks ofMeeting tasks={meeting.tasks} matterName={matterName} today={today} revision={meeting.revision} done={again} />
          </Card>
          <Card size="small" title={t("meeting.record")}>
            <Timeline
              items={[...meeting.history.nodes].reverse().map((entry) => ({
                key: entry.id,
                content: (
                  <>
                    <span className="om-num">{entry.effectiveOn}</span> {i18n.language === "en" ? entry.sentence : entry.sentenceZh}
                  </>
                ),
              }))}
            />
          </Card>
        </Col>
      </Row>
    </>
  );
}

function Resolutions({
  meeting,
  matterName,
  today,
  again,
}: {
  meeting: Meeting;
  matterName: (id: string) => string;
  today: string;
  again: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { bodyName } = useDirectory();
  const [linking, setLinking] = useState<Meeting["resolutions"][number]>();
  return (
    <Card size="small" title={t("meeting.resolutions")}>
      {meeting.resolutions.length ? (
        <ol className="om-list">
          {meeting.resolutions.map((resolution) => (
            <li key={resolution.number}>
              <b>
                {resolution.number}. {resolution.text}
              </b>
              <div className="om-under">
                <Link to={`/matter/${bare(resolution.matter)}`}>{matterName(resolution.matter)}</Link> ·{" "}
                <span className="om-num">{resolution.on}</span>
              </div>
              {resolution.doneBy.length ? (
                <ul className="om-done-by">
                  {resolution.doneBy.map((link) => (
                    <li key={link.event}>
                      <span aria-hidden="true">✓</span> <span className="om-num">{link.on}</span> {bodyName(link.body)}：
                      {i18n.language === "en" ? link.actCalled : link.actCalledZh}
                    </li>
                  ))}
                </ul>
              ) : (
                <div className="om-open">{t("meeting.notCarriedOut")}</div>
              )}
              {resolution.can.some(({ name, allowed }) => name === "linkResolution" && allowed) ? (
                <Button size="small" onClick={() => setLinking(resolution)}>
                  {t("meeting.link")}
                </Button>
              ) : null}
            </li>
          ))}
        </ol>
      ) : (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("meeting.noResolutions", { day: meeting.on })} />
      )}
      {linking ? (
        <LinkForm
          meeting={meeting}
          resolution={linking}
          today={today}
          close={() => setLinking(undefined)}
          done={() => {
            setLinking(undefined);
            again();
          }}
        />
      ) : null}
    </Card>
  );
}

/** Chooses among the entries of the resolution's matter since the meeting, the latest first. */
function LinkForm({
  meeting,
  resolution,
  today,
  close,
  done,
}: {
  meeting: Meeting;
  resolution: Meeting["resolutions"][number];
  today: string;
  close: () => void;
  done: () => void;
}) {
  const { i18n } = useTranslation();
  const { data } = useHistory(resolution.matter);
  const entries = (data?.entries ?? [])
    .filter((entry) => !meeting.on || entry.effectiveOn >= meeting.on)
    .map(({ id, effectiveOn, sentence, sentenceZh }) => ({
      id,
      sentence: `${effectiveOn} ${i18n.language === "en" ? sentence : sentenceZh}`,
    }))
    .reverse();
  return (
    <CommandForm
      target={{
        command: "linkResolution",
        meeting: meeting.id,
        revision: meeting.revision ?? undefined,
        fixed: { number: resolution.number },
        about: `${resolution.number}. ${resolution.text}`,
      }}
      choices={{ entries, today }}
      close={close}
      done={done}
    />
  );
}
