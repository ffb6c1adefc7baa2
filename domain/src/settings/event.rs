//! What can have happened to a county's settings.
//!
//! Invariant: a change says what it changed, from when and why; who changed it stands in its envelope.

use super::refusal::SettingName;
use crate::{events, ids::LegalText};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a county sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Values {
    /// Whether cards are issued by rule (R13). Cards by hand are issued in any case.
    pub cards_by_rule: bool,
    /// Yellow once this much of the limit is used, in percent (R13).
    pub yellow_used_percent: u16,
    /// Yellow once no more than so many working days are left of the limit (R13).
    pub yellow_left_days: u16,
    /// Whether cards are issued by rule on opinions of departments asked too (R13).
    #[serde(default = "usually_carded")]
    pub opinion_cards_by_rule: bool,
    /// Yellow once no more than so many working days are left for an opinion (R13).
    #[serde(default = "usually_left")]
    pub opinion_yellow_left_days: u16,
    /// A permit is marked so many working days before its yellow card.
    pub reminder_days: u16,
    /// Weight of the township's rating in a department's performance, in percent (R17).
    pub township_weight_percent: u16,
    /// Recorded more than so many working days late is back-filling (R16); a plan keeps the one it was made with.
    pub backfill_grace_days: u16,
}

/// What a change recorded before there were cards on opinions says of them.
const fn usually_carded() -> bool {
    true
}

const fn usually_left() -> u16 {
    1
}

impl Default for Values {
    /// What holds where a county has set nothing: 90 %, one working day (R13), one third (R17), one day's grace (R16).
    fn default() -> Self {
        Values {
            cards_by_rule: true,
            yellow_used_percent: 90,
            yellow_left_days: 1,
            opinion_cards_by_rule: usually_carded(),
            opinion_yellow_left_days: usually_left(),
            reminder_days: 2,
            township_weight_percent: 33,
            backfill_grace_days: 1,
        }
    }
}

impl Values {
    /// The first setting that is beyond its bounds: which, the bounds and what was asked.
    pub(super) fn out_of_bounds(&self) -> Option<(SettingName, u16, u16, u16)> {
        use SettingName::*;
        [
            (YellowUsedPercent, 1, 100, self.yellow_used_percent),
            (YellowLeftDays, 0, 30, self.yellow_left_days),
            (OpinionYellowLeftDays, 0, 30, self.opinion_yellow_left_days),
            (ReminderDays, 0, 30, self.reminder_days),
            (TownshipWeightPercent, 0, 100, self.township_weight_percent),
            (BackfillGraceDays, 0, 30, self.backfill_grace_days),
        ]
        .into_iter()
        .find(|(_, least, most, asked)| !(least..=most).contains(&asked))
    }
}

events! {
    /// What can have happened to a county's settings.
    pub enum SettingsEvent {
        /// Settings were changed from a day on (R13, R16, R17).
        SettingsChanged = 2 reads 1 {
            /// As they were.
            old: Values,
            /// As they are from that day on, whole.
            new: Values,
            /// The first day the new ones hold.
            from: Date,
            /// Why.
            reason: LegalText,
        },
    }
}
