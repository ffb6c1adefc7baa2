// Stand-ins of the whole county, for who keeps the directory.
import { useQuery, useSubscription } from "urql";
import { graphql } from "../api/graphql";
import { looks, useDirectory } from "../app/session";
import { StandIns } from "../me/StandIns";
import { StandInParts } from "../me/standing";
import { Ask } from "../ui/Ask";
import { useAgainAt } from "../ui/pages";

const StandInsQuery = graphql(
  `
    query StandIns {
      me {
        today
      }
      standIns {
        ...StandInParts
      }
    }
  `,
  [StandInParts],
);

const Changed = graphql(`
  subscription StandInsChanged {
    overviewChanged {
      position
      pending
      day
    }
  }
`);

export function StandInsTab() {
  const { me } = useDirectory();
  const [{ data, error }, ask] = useQuery({ query: StandInsQuery });
  const again = () => ask({ requestPolicy: "network-only" });
  const [{ data: change }] = useSubscription({ query: Changed, pause: !looks(me) });
  useAgainAt(change?.overviewChanged, again);
  return (
    <Ask data={data} error={error} retry={again}>
      {({ standIns, me }) => <StandIns all={standIns} today={me.today} again={again} />}
    </Ask>
  );
}
