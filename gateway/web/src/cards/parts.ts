// What is shown of a card (红黄牌), wherever it is shown whole.
import { graphql, type ResultOf } from "../api/graphql";

export const CardParts = graphql(`
  fragment CardParts on Card @_unmask {
    number
    entry
    color
    subject
    round
    term
    requirement
    against
    on
    byRule
    by
    reason
    evidence {
      asOf
      limit {
        value
        unit
        source
      }
      total
      used
      left
      start
      due
      calendar
      yellowUsedPercent
      yellowLeftWorkingDays
    }
    standing
    answers {
      on
      by
      text
    }
    appeal {
      on
      by
      text
    }
    closing {
      on
      by
      text
    }
    premiseStands
    can {
      name
      allowed
      reason
      reasonZh
      rule
      source
    }
  }
`);

export type Card = ResultOf<typeof CardParts>;

/** Whether a card still weighs: neither cleared nor cancelled. */
export const isOpen = (card: { standing: Card["standing"] }): boolean =>
  card.standing !== "CLEARED" && card.standing !== "CANCELLED";
