//! What can be asked of a county's settings.
//!
//! Invariant: what a change does not name stays as it is.
//! Deliberately absent: a change without a reason.

use super::event::Values;
use crate::ids::LegalText;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What can be asked of a county's settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SettingsCommand {
    /// Change what is named, from a day on.
    ChangeSettings {
        /// What changes.
        change: Change,
        /// The first day it holds; a day that has not begun.
        from: Date,
        /// Why.
        reason: LegalText,
    },
}

/// The settings to change; each as in [`Values`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields mean what they mean in the values of the same name")]
pub struct Change {
    pub cards_by_rule: Option<bool>,
    pub yellow_used_percent: Option<u16>,
    pub yellow_left_days: Option<u16>,
    pub opinion_cards_by_rule: Option<bool>,
    pub opinion_yellow_left_days: Option<u16>,
    pub reminder_days: Option<u16>,
    pub township_weight_percent: Option<u16>,
    pub backfill_grace_days: Option<u16>,
}

impl Change {
    /// The settings after the change.
    pub(super) fn applied_to(&self, old: &Values) -> Values {
        Values {
            cards_by_rule: self.cards_by_rule.unwrap_or(old.cards_by_rule),
            yellow_used_percent: self.yellow_used_percent.unwrap_or(old.yellow_used_percent),
            yellow_left_days: self.yellow_left_days.unwrap_or(old.yellow_left_days),
            opinion_cards_by_rule: self.opinion_cards_by_rule.unwrap_or(old.opinion_cards_by_rule),
            opinion_yellow_left_days: self.opinion_yellow_left_days.unwrap_or(old.opinion_yellow_left_days),
            reminder_days: self.reminder_days.unwrap_or(old.reminder_days),
            township_weight_percent: self.township_weight_percent.unwrap_or(old.township_weight_percent),
            backfill_grace_days: self.backfill_grace_days.unwrap_or(old.backfill_grace_days),
        }
    }
}
