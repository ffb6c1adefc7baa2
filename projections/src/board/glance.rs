//! A stored event as far as rows show it. Most of a matter's life is of a few kinds, and most of their bytes are what no row
//! says: reasons, notices, papers, who applied.
//!
//! Invariants: a row folded from what is seen here is the row folded from the whole event; what is not read has a value that
//! says nothing (`—`, an empty list). What is read is checked as ever, of the rest only that it is JSON.
//! Deliberately absent: kinds that come seldom, which are read whole.

use super::outline;
use jiff::civil::Date;
use om_domain::{
    calendar::CalendarVersion,
    decider::{DecodeError, EventRecord, SeenAt, from_json},
    ids::{BodyId, LegalText, OfficerId, PaperHash, PermitCode},
    matter::{
        event::{
            Consequence, DeficiencyTolerated, DueOn, Dues, HandoffOffered, HandoffReturned, MatterEvent,
            Notice, PermitAccepted, PermitApproved, PermitSubmitted, Service, SupplementReceived,
        },
        plan::{Gate, Mode, RequirementId},
    },
};
use serde::Deserialize;
use std::{collections::BTreeSet, sync::LazyLock};

/// Reads a stored event; what no row shows is left empty.
///
/// # Errors
/// What the decoder said.
pub(super) fn decode(kind: &str, version: u16, payload: &[u8]) -> Result<MatterEvent, DecodeError> {
    if kind == "MatterPlanned" {
        return outline::decode(version, payload);
    }
    // what is wrong with it, the whole says best
    seen(kind, version, payload).map_or_else(|| MatterEvent::decode(kind, version, payload), Ok)
}

fn seen(kind: &str, version: u16, payload: &[u8]) -> Option<MatterEvent> {
    // a later version is not guessed at
    if version != 1 {
        return None;
    }
    let nothing = NOTHING.as_ref()?;
    Some(match kind {
        "PermitSubmitted" => from_json::<Submitted>(payload).ok()?.whole(nothing).into(),
        "DeficiencyTolerated" => from_json::<Tolerated>(payload).ok()?.whole(nothing).into(),
        "PermitAccepted" => from_json::<Accepted>(payload).ok()?.whole(nothing).into(),
        "SupplementReceived" => from_json::<Received>(payload).ok()?.whole().into(),
        "HandoffOffered" => from_json::<Offered>(payload).ok()?.whole(nothing).into(),
        "HandoffReturned" => from_json::<Returned>(payload).ok()?.whole(nothing).into(),
        "PermitApproved" => from_json::<Approved>(payload).ok()?.whole(nothing).into(),
        _ => return None,
    })
}

/// Values that say nothing.
struct Nothing {
    text: LegalText,
    body: BodyId,
    officer: OfficerId,
    calendar: CalendarVersion,
}

static NOTHING: LazyLock<Option<Nothing>> = LazyLock::new(|| {
    Some(Nothing {
        text: "—".parse().ok()?,
        body: "0".parse().ok()?,
        officer: "0".parse().ok()?,
        calendar: serde_json::from_str("\"\"").ok()?,
    })
});

impl Nothing {
    fn notice(&self) -> Notice {
        let (date, number) = (Date::ZERO, self.text.clone());
        Notice { number, date, service: Service::Post, served_on: date, paper: None }
    }
}

#[derive(Deserialize)]
struct Day {
    date: Date,
    provisional: bool,
}

impl Day {
    fn whole(self, nothing: &Nothing) -> DueOn {
        let Day { date, provisional } = self;
        DueOn { date, provisional, calendar: nothing.calendar.clone() }
    }
}

#[derive(Deserialize)]
struct Days {
    statutory: Option<Date>,
    promised: Option<Date>,
    statutory_left: Option<i32>,
    promised_left: Option<i32>,
    provisional: bool,
}

impl Days {
    fn whole(self, nothing: &Nothing) -> Dues {
        let Days { statutory, promised, statutory_left, promised_left, provisional } = self;
        let calendar = nothing.calendar.clone();
        Dues { statutory, promised, statutory_left, promised_left, provisional, calendar }
    }
}

#[derive(Deserialize)]
struct Submitted {
    permit: PermitCode,
    round: u16,
    received_on: Date,
    intake_due: Day,
}

impl Submitted {
    fn whole(self, nothing: &Nothing) -> PermitSubmitted {
        PermitSubmitted {
            permit: self.permit,
            round: self.round,
            received_on: self.received_on,
            materials: Vec::new(),
            intake_due: self.intake_due.whole(nothing),
            applied_by: nothing.officer.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Tolerated {
    permit: PermitCode,
    requirement: RequirementId,
    mode: Mode,
    from: Gate,
    to: Gate,
    commitment: PaperHash,
    supplement_due: Day,
    form: LegalText,
    consequence: Consequence,
}

impl Tolerated {
    fn whole(self, nothing: &Nothing) -> DeficiencyTolerated {
        DeficiencyTolerated {
            permit: self.permit,
            requirement: self.requirement,
            mode: self.mode,
            from: self.from,
            to: self.to,
            commitment: self.commitment,
            supplement_due: self.supplement_due.whole(nothing),
            form: self.form,
            consequence: self.consequence,
            eligibility: SeenAt { stream: String::new(), revision: None },
        }
    }
}

#[derive(Deserialize)]
struct Accepted {
    permit: PermitCode,
    clock_from: Option<Date>,
    dues: Option<Days>,
    pre_review_due: Option<Day>,
}

impl Accepted {
    fn whole(self, nothing: &Nothing) -> PermitAccepted {
        PermitAccepted {
            permit: self.permit,
            clock_from: self.clock_from,
            dues: self.dues.map(|dues| dues.whole(nothing)),
            pre_review_due: self.pre_review_due.map(|due| due.whole(nothing)),
            deficient: BTreeSet::new(),
            notice: nothing.notice(),
        }
    }
}

#[derive(Deserialize)]
struct Received {
    permit: PermitCode,
    requirement: RequirementId,
}

impl Received {
    fn whole(self) -> SupplementReceived {
        let Received { permit, requirement } = self;
        SupplementReceived { permit, requirement, received_on: Date::ZERO, paper: None }
    }
}

#[derive(Deserialize)]
struct Offered {
    permit: PermitCode,
    to: BodyId,
    answer_due: Day,
}

impl Offered {
    fn whole(self, nothing: &Nothing) -> HandoffOffered {
        HandoffOffered {
            permit: self.permit,
            from: nothing.body.clone(),
            to: self.to,
            reason: nothing.text.clone(),
            papers: Vec::new(),
            answer_due: self.answer_due.whole(nothing),
        }
    }
}

#[derive(Deserialize)]
struct Returned {
    permit: PermitCode,
}

impl Returned {
    fn whole(self, nothing: &Nothing) -> HandoffReturned {
        HandoffReturned {
            permit: self.permit,
            from: nothing.body.clone(),
            to: nothing.body.clone(),
            reason: nothing.text.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Approved {
    permit: PermitCode,
    delivery_due: Option<Day>,
}

impl Approved {
    fn whole(self, nothing: &Nothing) -> PermitApproved {
        PermitApproved {
            permit: self.permit,
            notice: nothing.notice(),
            conditions: None,
            delivery_due: self.delivery_due.map(|due| due.whole(nothing)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        board::{Board, BoardRow, Key, tests::tolerate_form},
        projection::{Incoming, Projection as _},
        testing::{
            History, Stored,
            chance::{live, steps},
        },
    };
    use om_domain::{
        decider::Recorded,
        matter::{event_milestone, event_permit},
    };
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    type Rows = BTreeMap<Key, BoardRow>;

    /// Folds a fact into the rows of its matter.
    fn fold(h: &History, rows: &mut Rows, fact: Recorded<MatterEvent>) {
        let position = fact.revision + 1;
        let told = Incoming { county: h.county.clone(), subject: h.matter, position, fact };
        let mut keys = Vec::new();
        Board::keys(&told, &mut keys);
        for key in keys {
            let row = rows.remove(&key);
            if let Some(row) = Board::evolve(&key, row, &told) {
                rows.insert(key, row);
            }
        }
    }

    fn glanced(stored: &Stored) -> Recorded<MatterEvent> {
        let (event, whole) = (&stored.fact.event, stored.fact.clone());
        Recorded { event: decode(event.name(), event.version(), &stored.payload).unwrap(), ..whole }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn a_row_sees_at_a_glance_what_it_sees_in_the_whole(steps in steps()) {
            let mut h = History::underway("530322", 1);
            live(&mut h, &steps);
            let (mut whole, mut seen) = (Rows::new(), Rows::new());
            for stored in &h.stored {
                fold(&h, &mut whole, stored.fact.clone());
                fold(&h, &mut seen, glanced(stored));
                prop_assert_eq!(&seen, &whole, "{}", stored.fact.event.name());
            }
        }
    }

    #[test]
    fn every_kind_that_was_ever_written_changes_the_same_in_rows() {
        let mut h = History::underway("530322", 1);
        tolerate_form(&mut h);
        let mut before = Rows::new();
        h.stored.iter().for_each(|stored| fold(&h, &mut before, stored.fact.clone()));
        let last = h.stored.last().unwrap().fact.clone();
        let (mut kinds, mut short) = (0, 0);
        for file in
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/fixtures/matter")).unwrap()
        {
            let path = file.unwrap().path();
            let (kind, version) = path.file_stem().unwrap().to_str().unwrap().split_once(".v").unwrap();
            let (version, stored) = (version.parse().unwrap(), std::fs::read(&path).unwrap());
            let whole = MatterEvent::decode(kind, version, &stored).unwrap();
            let seen = decode(kind, version, &stored).unwrap();
            kinds += 1;
            short += u32::from(seen != whole);
            // the rows that there are, whichever permit it names
            for (key, row) in &before {
                let after = |event: &MatterEvent| {
                    let fact = Recorded { event: event.clone(), revision: last.revision + 1, ..last.clone() };
                    match row.clone() {
                        BoardRow::Permit(mut row) => {
                            row.life.evolve(&fact, 99);
                            BoardRow::Permit(row)
                        }
                        BoardRow::Matter(mut row) => {
                            row.evolve(&fact, 99);
                            BoardRow::Matter(row)
                        }
                        milestone => milestone,
                    }
                };
                assert_eq!(after(&seen), after(&whole), "{kind} {version} {key:?}");
            }
            let place = |event: &MatterEvent| (event_permit(event).cloned(), event_milestone(event).cloned());
            assert_eq!(place(&seen), place(&whole), "{kind}");
            assert!(decode(kind, 99, &stored).is_err(), "a later version is not guessed at");
            assert!(decode(kind, version, &stored[..stored.len() - 2]).is_err(), "{kind} cut off");
        }
        assert!(kinds > 60 && short >= 8, "{kinds} {short}");
    }
}
