//! An applicant's record as folded from its stream.
//!
//! Invariant: what was made good stays known, so that the same lapse is never counted twice.

use super::{
    contact::Contact,
    event::{ApplicantEvent, BarImposed, Lapse},
};
use crate::{
    calendar::beijing,
    decider::{Explained, Recorded},
    ids::{EventId, MatterId},
    naming::Names,
};
use jiff::{ToSpan, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a bar is for, and so how long it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BarKind {
    /// False materials or concealment when applying: one year (行政许可法 78).
    FalseMaterials,
    /// A permit got by fraud or bribery: three years (行政许可法 79).
    Fraud,
}

impl BarKind {
    /// How many years.
    pub fn years(self) -> u16 {
        match self {
            BarKind::FalseMaterials => 1,
            BarKind::Fraud => 3,
        }
    }

    /// The article.
    pub fn article(self) -> &'static str {
        match self {
            BarKind::FalseMaterials => "行政许可法 78",
            BarKind::Fraud => "行政许可法 79",
        }
    }

    /// The last day of a bar served on a day: the corresponding day of its last year (民法典 202), not rolled forward,
    /// for a bar does not grow by a holiday.
    pub fn last_day(self, served_on: Date) -> Date {
        served_on.saturating_add(i32::from(self.years()).years())
    }
}

/// An applicant's record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applicant {
    open: BTreeSet<Lapse>,
    repaired: BTreeSet<Lapse>,
    lifted: BTreeSet<Lapse>,
    bars: Vec<BarImposed>,
    ended: BTreeSet<String>,
    pub(super) contact: Option<Contact>,
}

/// Why an applicant may not be given tolerance on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Ineligible {
    /// A bar runs (R9).
    Barred {
        /// What for.
        kind: BarKind,
        /// The decision.
        decision: crate::ids::LegalText,
        /// Its last day.
        until: Date,
    },
    /// A tolerance lapsed and has not been made good (R10); until repaired.
    Unrepaired {
        /// The first of them.
        because: Lapse,
        /// How many there are.
        lapses: usize,
    },
}

impl std::fmt::Display for Ineligible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ineligible::Barred { decision, until, .. } => {
                write!(f, "{decision}，至 {until} 止 (barred by {decision} until {until})")
            }
            Ineligible::Unrepaired { because, lapses } => {
                let Lapse { permit, requirement, .. } = because;
                write!(
                    f,
                    "{permit} 的 {requirement} 容缺逾期未补，共 {lapses} 件，修复后恢复 ({requirement} of {permit} lapsed, {lapses} in all; supply them and ask for repair)"
                )
            }
        }
    }
}

impl Ineligible {
    /// The last day it holds, where that is known.
    pub fn until(&self) -> Option<Date> {
        match self {
            Ineligible::Barred { until, .. } => Some(*until),
            Ineligible::Unrepaired { .. } => None,
        }
    }
}

impl Applicant {
    /// Whether the applicant may be given tolerance on a day; if not, the reason that lasts longest.
    pub fn eligible(&self, on: Date) -> Result<(), Ineligible> {
        if let Some(because) = self.open.first() {
            return Err(Ineligible::Unrepaired { because: because.clone(), lapses: self.open.len() });
        }
        match self.bars_on(on).max_by_key(|bar| bar.until) {
            Some(bar) => Err(Ineligible::Barred {
                kind: bar.kind,
                decision: bar.decision.number.clone(),
                until: bar.until,
            }),
            None => Ok(()),
        }
    }

    /// The bars that run on a day.
    pub fn bars_on(&self, on: Date) -> impl Iterator<Item = &BarImposed> {
        self.bars.iter().filter(move |bar| bar.decision.served_on <= on && on <= bar.until)
    }

    /// The lapses of a matter that the record knows, made good or not, by the entries that stated them.
    pub fn noted_lapses(&self, matter: MatterId) -> BTreeSet<EventId> {
        let all = [&self.open, &self.repaired, &self.lifted].into_iter().flatten();
        all.filter(|lapse| lapse.matter == matter).map(|lapse| lapse.event).collect()
    }

    /// The lapses not made good.
    pub fn open_lapses(&self) -> &BTreeSet<Lapse> {
        &self.open
    }

    /// Whom to reach at the applicant.
    pub fn contact(&self) -> Option<&Contact> {
        self.contact.as_ref()
    }

    pub(super) fn knows(&self, lapse: &Lapse) -> bool {
        self.open.contains(lapse) || self.repaired.contains(lapse) || self.is_lifted(lapse)
    }

    pub(super) fn is_lifted(&self, lapse: &Lapse) -> bool {
        self.lifted.contains(lapse)
    }

    pub(super) fn bar(&self, decision: &str) -> Option<&BarImposed> {
        self.bars.iter().find(|bar| bar.decision.number.as_str() == decision)
    }

    /// The bar that ended first of those that have ended before `today` and are not stated to.
    pub(super) fn ended_by(&self, today: Date) -> Option<&BarImposed> {
        let over =
            |bar: &&BarImposed| bar.until < today && !self.ended.contains(bar.decision.number.as_str());
        self.bars.iter().filter(over).min_by_key(|bar| bar.until)
    }

    pub(super) fn fold(&mut self, fact: &Recorded<ApplicantEvent>) {
        match &fact.event {
            ApplicantEvent::EligibilityLost(lost) => {
                self.open.insert(lost.because.clone());
            }
            ApplicantEvent::EligibilityRepaired(event) => {
                self.open.retain(|lapse| !event.repaired.contains(lapse));
                self.repaired.extend(event.repaired.iter().cloned());
            }
            ApplicantEvent::LapseLifted(event) => {
                self.open.remove(&event.lapse);
                self.repaired.remove(&event.lapse);
                self.lifted.insert(event.lapse.clone());
            }
            ApplicantEvent::BarImposed(bar) => self.bars.push(bar.clone()),
            ApplicantEvent::ContactNamed(named) => {
                let (name, phone) = (named.name.clone(), named.phone.clone());
                let (since, by) = (beijing(fact.recorded), fact.by.officer.clone());
                self.contact = Some(Contact { name, phone, since, by });
            }
            ApplicantEvent::ContactRemoved(_) => self.contact = None,
            ApplicantEvent::BarEnded(bar) => {
                self.ended.insert(bar.decision.to_string());
            }
        }
    }
}

impl Explained for Ineligible {
    fn code(&self) -> &'static str {
        match self {
            Ineligible::Barred { .. } => "ApplicantBarred",
            Ineligible::Unrepaired { .. } => "ToleranceLapsedUnrepaired",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        match self {
            Ineligible::Barred { .. } => Some("R9"),
            Ineligible::Unrepaired { .. } => Some("R10"),
        }
    }

    fn source(&self) -> Option<String> {
        match self {
            Ineligible::Barred { kind, .. } => Some(kind.article().into()),
            Ineligible::Unrepaired { .. } => Some(crate::sources::TOLERANCE.into()),
        }
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        crate::naming::tight(&match self {
            Ineligible::Barred { kind, decision, until } => {
                format!(
                    "依{decision}（{}），{until}（含）以前不得适用容缺；请按完整材料办理。",
                    kind.article()
                )
            }
            Ineligible::Unrepaired { because, lapses } => format!(
                "有 {lapses} 项容缺逾期未补（首项 {} 的 {}），修复前不再适用容缺；请补齐后申请信用修复。",
                names.permit(&because.permit),
                names.requirement(Some(&because.permit), &because.requirement)
            ),
        })
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        match self {
            Ineligible::Barred { kind, decision, until } => format!(
                "No tolerance through {until} by decision {decision} ({}); hand in the complete file.",
                kind.article()
            ),
            Ineligible::Unrepaired { because, lapses } => format!(
                "{lapses} tolerated deficiencies lapsed, the first {} of {}; supply them and ask for repair.",
                names.requirement(Some(&because.permit), &because.requirement),
                names.permit(&because.permit)
            ),
        }
    }
}
