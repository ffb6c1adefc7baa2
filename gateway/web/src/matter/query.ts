// What the matter's screen shows, in one question.
import { graphql, type ResultOf } from "../api/graphql";

export const MatterQuery = graphql(`
  query Matter($id: ID!, $at: AtInput) {
    matter(id: $id, at: $at) {
      id
      revision
      asOf
      past
      calendar
      phase
      project {
        name
        code
        kind
        applicant
        implementingBody
        place
        target
      }
      taskForce {
        lead
      }
      stages {
        stage
        permits
        done
      }
      milestones {
        code
        name
        reachedOn
        planned
        original
        changes {
          event
          body
          from
          to
          reason
          state
        }
        can {
          name
          allowed
          reason
          reasonZh
          rule
          source
        }
      }
      blocks {
        code
        mover
        body
        leftWorkingDays
        holdsUp
        sentence
        sentenceZh
      }
      can {
        name
        allowed
        reason
        reasonZh
        rule
        source
      }
      forecast {
        completion
        provisional
        criticalPath
        permits {
          permit
          accept
          due
          decide
          issue
          waitsFor
          acceptSlackWorkingDays
          decideSlackWorkingDays
          critical
          provisional
        }
        milestones {
          milestone
          on
        }
      }
      meetings {
        id
        title
        on
        phase
      }
      tasks {
        number
        meeting
        state
        overdue
      }
      permits {
        id
        code
        name
        stage
        nature
        lead
        custodian
        status
        ready
        clock {
          statutory {
            due
            left
            unit
            state
            overdue
            overdueDays
            provisional
          }
          promised {
            due
            left
            unit
            state
            overdue
            overdueDays
            provisional
          }
        }
        lateBy {
          term
          due
          days
          unit
        }
        handoff {
          to
          overdue
        }
        round {
          number
          receivedOn
          acceptance {
            on
          }
          suspensions {
            from
            until
            resumedOn
            toldUntil
          }
          decision {
            on
            approved
          }
          certificate {
            on
          }
          endedOn
        }
        tolerances {
          requirement
          mode
          live
          overdue
          due {
            date
          }
        }
        materials {
          code
          name
        }
        cards {
          color
          standing
        }
        prerequisites {
          permit
          milestone
          gateNow
          met
        }
      }
    }
  }
`);

export const CalendarQuery = graphql(`
  query Calendar($from: Date!, $to: Date!) {
    calendar(from: $from, to: $to) {
      authoritativeThrough
      days {
        date
        kind
        name
      }
    }
  }
`);

export const MatterChanged = graphql(`
  subscription MatterChanged($id: ID!, $since: Int) {
    matterChanged(id: $id, since: $since) {
      __typename
      ... on MatterChanged {
        revision
        event {
          id
          permit
          sentence
          sentenceZh
        }
      }
      ... on Resync {
        head: revision
      }
    }
  }
`);

export type Matter = ResultOf<typeof MatterQuery>["matter"];
export type Permit = Matter["permits"][number];
export type Forecast = NonNullable<Matter["forecast"]>;
export type CalendarDay = ResultOf<typeof CalendarQuery>["calendar"]["days"][number];
