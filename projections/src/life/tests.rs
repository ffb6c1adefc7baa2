//! The packed form of a life: what stands in the tables of a county is read by the order of fields and variants alone.

use super::*;
use crate::{
    board::Board,
    projection::Projection,
    sql::{packed, unpacked},
    testing::{day, t},
};
use om_domain::{
    clock::Ground,
    ids::PaperHash,
    matter::{
        card::{CardStanding, Colour, Subject},
        event::Consequence,
        plan::{Gate, Mode},
    },
};
use rusqlite::Connection;
use uuid::Uuid;

fn entry(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

fn on(of_month: i8) -> Date {
    Date::constant(2026, 11, of_month)
}

fn due(of_month: i8) -> DueDay {
    DueDay { on: on(of_month), provisional: of_month % 2 == 0 }
}

/// One after another of the values, again and again, so many times.
fn each<T: Clone>(times: usize, values: &[T]) -> Vec<T> {
    values.iter().cycle().take(times).cloned().collect()
}

const MODES: [Mode; 5] =
    [Mode::ReceiveOnly, Mode::Accept, Mode::PreReview, Mode::Commitment, Mode::IssueFirst];
const GATES: [Gate; 4] = [Gate::Accept, Gate::Decide, Gate::Issue, Gate::AfterIssue];
const TERMS: [Term; 6] =
    [Term::Intake, Term::Statutory, Term::Promised, Term::Delivery, Term::PreReview, Term::Hearing];
const STANDINGS: [CardStanding; 6] = [
    CardStanding::Issued,
    CardStanding::Answered,
    CardStanding::Appealed,
    CardStanding::Upheld,
    CardStanding::Cancelled,
    CardStanding::Cleared,
];
const CONSEQUENCES: [Consequence; 4] = [
    Consequence::NotAccepted,
    Consequence::PermitLapses,
    Consequence::OpinionVoid,
    Consequence::RevocationProposed,
];

/// A life in which every field says something, and every name of a list is told.
fn full() -> Life {
    let requirement: RequirementId = t("material:form");
    let debts = each(7, DebtState::ALL).into_iter().enumerate().map(|(nth, state)| Debt {
        round: 1,
        requirement: requirement.clone(),
        mode: MODES[nth % 5],
        from: GATES[nth % 4],
        to: GATES[(nth + 1) % 4],
        on: on(2),
        entry: entry(3),
        due: on(9),
        provisional: false,
        moved: true,
        consequence: CONSEQUENCES[nth % 4],
        form: t("原件"),
        commitment: t::<PaperHash>(&"ab".repeat(32)),
        state,
        changed_on: on(4),
    });
    let cards = STANDINGS.into_iter().enumerate().map(|(nth, standing)| CardLine {
        number: 1,
        entry: entry(5),
        colour: [Colour::Yellow, Colour::Red][nth % 2],
        subject: Subject::Supplement { round: 2, requirement: requirement.clone() },
        against: t("water"),
        by_rule: true,
        on: on(6),
        due: Some(on(7)),
        standing,
        changed_on: on(8),
        answered_on: Some(on(9)),
    });
    let stops = Ground::ALL.map(|ground| Stop { entry: entry(10), ground, from: on(11), told_until: on(12) });
    let stops = stops.to_vec();
    let dated = BTreeMap::from([(requirement.clone(), on(13))]);
    let asked = Asked {
        on: on(14),
        due: due(15),
        overdue: true,
        given_on: Some(on(16)),
        objects_since: Some(on(17)),
    };
    Life {
        planned: Planned {
            ordinal: 300,
            name: t("建设用地规划许可证"),
            stage: Stage::Completion,
            lead: t("natural-resources"),
            nature: Nature::Tender,
            certificate: true,
            statutory_unit: Some(Unit::WorkingDays),
            promised_unit: Some(Unit::CalendarDays),
        },
        status: Status::InReview,
        since: on(18),
        custodian: t("housing"),
        offer: Some(Offer { to: t("water"), on: on(19), answer_due: due(20) }),
        handoffs_overdue: vec![(t("water"), on(21))],
        round: Round {
            number: 2,
            receipts: vec![entry(22), entry(23)],
            received_on: Some(on(24)),
            corrected_on: Some(on(25)),
            intake_due: Some(due(26)),
            pre_review_due: Some(due(27)),
            pre_review_confirmed: true,
            clock_from: Some(on(28)),
            dues: Some(ClockDues {
                statutory: Some(on(29)),
                promised: Some(on(30)),
                statutory_left: Some(-3),
                promised_left: Some(4),
                provisional: true,
            }),
            stops: stops.clone(),
            hearing: Some((on(1), due(2))),
            opinions: BTreeMap::from([(t("water"), asked)]),
            decided_on: Some(on(3)),
            delivery_due: Some(due(4)),
            issued_on: Some(on(5)),
            valid_until: Some(on(6)),
            renewal: Some(Renewal { asked_on: on(7), expires_on: on(8) }),
        },
        debts: debts.collect(),
        overruns: TERMS.map(|term| Overrun { round: 2, term, due: on(9) }).to_vec(),
        proposals: dated.clone(),
        fell_away: dated.clone(),
        revocations: dated.clone(),
        before_lapse: Some(Box::new(BeforeLapse {
            status: Status::Suspended,
            stops,
            hearing: Some((on(10), due(11))),
            owed: vec![(requirement.clone(), DebtState::Received, on(12))],
            fell_away: dated,
        })),
        cards: cards.collect(),
        corrections: 13,
        late: vec![Late { effective: on(14), recorded: on(15) }],
        last: Last { event: entry(16), position: 1 << 40, on: on(17) },
    }
}

fn read_back(bytes: &[u8]) -> rusqlite::Result<Life> {
    let db = Connection::open_in_memory()?;
    db.query_row("SELECT ?1 AS body", [bytes], |row| unpacked(row, "body"))
}

#[test]
fn a_life_reads_back_as_it_was_packed() {
    let life = full();
    assert_eq!(read_back(&packed(&life).unwrap()).unwrap(), life);
    let subjects = [
        Subject::Term { round: 1, term: Term::Intake, occasion: 2 },
        Subject::Handoff { to: t("water"), offered_on: day("2026-11-02") },
        Subject::Opinion { round: 1, body: t("water"), asked_on: day("2026-11-02") },
        Subject::Permit,
    ];
    for subject in subjects {
        let mut life = full();
        life.cards[0].subject = subject;
        assert_eq!(read_back(&packed(&life).unwrap()).unwrap(), life);
    }
}

#[test]
fn bytes_that_are_cut_or_too_many_are_an_error() {
    let bytes = packed(&full()).unwrap();
    for cut in 0..bytes.len() {
        assert!(read_back(&bytes[..cut]).is_err(), "{cut}");
    }
    assert!(read_back(&[&bytes[..], &[0]].concat()).is_err());
}

/// FNV-1a.
fn digest(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn a_life_of_another_form_has_a_schema_of_its_own() {
    let stages = [Stage::ProjectAndLand, Stage::Construction, Stage::Works, Stage::Completion];
    let natures =
        [Nature::Permit, Nature::Review, Nature::Filing, Nature::TechnicalAssessment, Nature::Tender];
    let units = [Unit::WorkingDays, Unit::CalendarDays];
    let names = packed(&(stages, natures, units, Status::ALL)).unwrap();
    let form = digest(&[packed(&full()).unwrap(), names].concat());
    // whoever changes the one raises the other, and writes both here: rows that stand would be read as what they are not
    assert_eq!((Board::SCHEMA, format!("{form:016x}")), (8, "7d5ba77260d01085".into()));
}
