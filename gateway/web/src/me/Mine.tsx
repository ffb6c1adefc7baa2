// One's own page: who one is here, who stands in for whom, and the calendar of one's deadlines.
import { Alert, Card, Descriptions, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useQuery, useSubscription } from "urql";
import { graphql } from "../api/graphql";
import { acts, hasRole, looks, useDirectory } from "../app/session";
import { Ask } from "../ui/Ask";
import { useAgainAt } from "../ui/pages";
import { CalendarFeed } from "./CalendarFeed";
import { StandIns } from "./StandIns";
import { grantsFor, StandInParts } from "./standing";

const MineQuery = graphql(
  `
    query Mine($body: ID) {
      me {
        officer
        body
        roles
        today
        standsInFor {
          ...StandInParts
        }
        stoodInForBy {
          ...StandInParts
        }
        calendarFeedSince
      }
      standIns(body: $body) {
        ...StandInParts
      }
    }
  `,
  [StandInParts],
);

const Changed = graphql(`
  subscription MineChanged {
    overviewChanged {
      position
      pending
      day
    }
  }
`);

export default function Mine() {
  const { t } = useTranslation();
  const { me, bodyName, officerName } = useDirectory();
  const body = me && looks(me) ? me.body : null;
  const [{ data, error }, ask] = useQuery({ query: MineQuery, variables: { body }, pause: !me });
  const again = () => ask({ requestPolicy: "network-only" });
  const [{ data: change }] = useSubscription({ query: Changed, pause: !looks(me) });
  useAgainAt(change?.overviewChanged, again);
  return (
    <Ask data={data} error={error} retry={again}>
      {({ me, standIns }) => (
        <>
          <Card size="small" style={{ marginBottom: 12 }}>
            <Typography.Title level={1} style={{ fontSize: 22, marginTop: 0 }}>
              {t("place.mine")} · {officerName(me.officer)}
            </Typography.Title>
            <Descriptions
              size="small"
              column={{ xs: 1, sm: 2 }}
              items={[
                { key: "body", label: t("matter.body"), children: bodyName(me.body) },
                { key: "roles", label: t("excel.roles"), children: me.roles.map((role) => <Tag key={role}>{t(`role.${role}`)}</Tag>) },
              ]}
            />
            {me.standsInFor.map((granted) => (
              <Alert
                key={granted.principal}
                type="info"
                showIcon
                style={{ marginTop: 8 }}
                title={t("standIn.iStandIn", { principal: officerName(granted.principal), to: granted.to })}
              />
            ))}
            {me.stoodInForBy ? (
              <Alert
                type="warning"
                showIcon
                style={{ marginTop: 8 }}
                title={t("standIn.iAmStoodIn", { standIn: officerName(me.stoodInForBy.standIn), to: me.stoodInForBy.to })}
              />
            ) : null}
          </Card>
          <Card size="small" style={{ marginBottom: 12 }}>
            <Typography.Title level={2} style={{ fontSize: 16, marginTop: 0 }}>
              {t(body ? "standIn.inBody" : "standIn.inCounty")}
            </Typography.Title>
            <Typography.Paragraph type="secondary">
              {t(grantsFor(me) ? "standIn.howGrant" : "standIn.how")}
            </Typography.Paragraph>
            <StandIns all={standIns} today={me.today} again={again} />
          </Card>
          {acts(me) || hasRole(me, "SUPERVISOR") ? (
            <Card size="small">
              <CalendarFeed since={me.calendarFeedSince} again={again} />
            </Card>
          ) : null}
        </>
      )}
    </Ask>
  );
}
