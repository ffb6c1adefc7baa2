use super::*;
use crate::{
    decider::Explained,
    given::{Given, actor, id, platform},
    ids::EventId,
    matter::event::{Notice, Service},
};
use jiff::civil::{Date, date};

mod contact;

fn lapse(number: u128) -> Lapse {
    Lapse {
        matter: id("matter:01J00000000000000000000000"),
        permit: id("B1"),
        requirement: id("permit:A5"),
        event: EventId(uuid::Uuid::from_u128(number)),
    }
}

fn lose(number: u128) -> ApplicantCommand {
    ApplicantCommand::LoseEligibility { lapse: lapse(number) }
}

fn repair() -> ApplicantCommand {
    ApplicantCommand::RepairEligibility { reason: id("已补齐洪评批复") }
}

fn bar(kind: BarKind, number: &str, served_on: Date) -> ApplicantCommand {
    let number = id(number);
    let decision = Notice { number, date: served_on, service: Service::InPerson, served_on, paper: None };
    ApplicantCommand::ImposeBar { kind, matter: lapse(1).matter, permit: id("A2"), decision }
}

/// The matter of these stories is there, and this applicant's.
fn reads(applicant: &str) -> ApplicantReads {
    let cited = Cited {
        applicant: id("city-investment"),
        applicant_body: Some(id("city-investment")),
        leads: [
            (id("A2"), id("natural-resources")),
            (id("B1"), id("natural-resources")),
            (id("C1"), id("water")),
        ]
        .into(),
    };
    let at = crate::decider::SeenAt { stream: "530322.matter-1".into(), revision: Some(7) };
    let cited = [(lapse(1).matter, Seen { at, value: cited })].into();
    ApplicantReads { applicant: Some(id(applicant)), cited, ..ApplicantReads::default() }
}

fn nothing() -> Given<ApplicantDecider> {
    Given::nothing().reading(reads("city-investment"))
}

fn head() -> crate::decider::Actor {
    actor("nr-head", "natural-resources", &[Role::Head])
}

#[test]
fn a_lapse_costs_eligibility_until_repaired_and_counts_once() {
    let today = date(2023, 6, 12);
    let mut given = nothing().does(&lose(1));
    assert!(matches!(given.state.eligible(today), Err(Ineligible::Unrepaired { lapses: 1, .. })));
    assert_eq!(given.when(&lose(1)), Ok(vec![]));
    let mut given = given.by(head()).does(&repair());
    assert_eq!(given.state.eligible(today), Ok(()));
    assert_eq!(given.when(&repair()), Err(ApplicantRefusal::NothingToRepair));
    let mut given = given.by(platform());
    assert_eq!(given.when(&lose(1)), Ok(vec![]), "made good, and reported once more");
    assert!(given.does(&lose(2)).state.eligible(today).is_err());
}

#[test]
fn r10_a_lapse_that_was_set_aside_counts_against_nobody() {
    let today = date(2023, 6, 12);
    let lift = || ApplicantCommand::LiftLapse { lapse: lapse(1) };
    let lost = nothing().does(&lose(1)).does(&lose(2));
    let mut by_head = nothing().by(head());
    assert_eq!(by_head.when(&lift()).unwrap_err().code(), "NotThePlatform");
    let one = lost.does(&lift());
    assert!(matches!(one.state.eligible(today), Err(Ineligible::Unrepaired { lapses: 1, .. })));
    let mut first = nothing().does(&lift()).does(&lose(1));
    assert_eq!(first.state.eligible(today), Ok(()), "lifted before it was told");
    assert_eq!(first.when(&lift()), Ok(vec![]));
}

#[test]
fn only_the_platform_takes_it_away_and_only_a_department_gives_it_back() {
    let mut given = nothing().by(head());
    assert_eq!(given.when(&lose(1)).unwrap_err().code(), "NotThePlatform");
    let mut given = nothing().does(&lose(1));
    assert_eq!(given.when(&repair()).unwrap_err().code(), "NotADepartment");
    assert_eq!(given.when(&bar(BarKind::Fraud, "1", date(2023, 6, 1))).unwrap_err().code(), "NotAHead");
}

#[test]
fn r10_only_the_department_whose_permit_lapsed_repairs_and_never_the_applicant_itself() {
    let lost = || nothing().does(&lose(1));
    let own = actor("owner", "city-investment", &[Role::Officer]);
    assert_eq!(lost().by(own).when(&repair()).unwrap_err().code(), "OwnRecord");
    let other = || actor("water-1", "water", &[Role::Officer]);
    let refused = lost().by(other()).when(&repair()).unwrap_err();
    assert!(matches!(&refused, ApplicantRefusal::LapsedElsewhere { leads, .. } if leads.len() == 1));
    let officer = actor("nr-1", "natural-resources", &[Role::Officer]);
    assert_eq!(lost().by(officer).when(&repair()).unwrap().len(), 1);

    let waters = Lapse { permit: id("C1"), ..lapse(2) };
    let both = lost().does(&ApplicantCommand::LoseEligibility { lapse: waters.clone() });
    let one = both.by(other()).does(&repair());
    assert_eq!(one.state.open_lapses(), &[lapse(1)].into(), "each department for its own");
    assert!(one.state.knows(&waters));
    assert_eq!(one.by(head()).does(&repair()).state.eligible(date(2023, 6, 12)), Ok(()));
}

#[test]
fn r09_a_bar_is_recorded_by_the_head_of_the_permits_own_department() {
    let bar = bar(BarKind::Fraud, "1", date(2023, 6, 12));
    let mut given = nothing().by(actor("water-head", "water", &[Role::Head]));
    assert_eq!(given.when(&bar).unwrap_err().code(), "NotItsHead");
    assert_eq!(nothing().by(head()).when(&bar).unwrap().len(), 1);
}

#[test]
fn a_bar_runs_one_year_or_three_from_its_service_and_ends_by_time() {
    let served = date(2023, 6, 12);
    let command = bar(BarKind::FalseMaterials, "陆自然资罚〔2023〕1号", served);
    let given = nothing().by(head()).does(&command);
    let last = date(2024, 6, 12);
    assert_eq!(given.state.eligible(last).unwrap_err().until(), Some(last));
    assert_eq!(given.state.eligible(date(2024, 6, 13)), Ok(()));
    let mut given = given.on(last);
    assert_eq!(given.when(&command), Ok(vec![]));
    assert_eq!(given.log.len(), 1);
    let mut given = given.on(date(2024, 7, 1));
    assert_eq!(given.when(&ApplicantCommand::Settle), Ok(vec![]));
    let ended = given.log.last().unwrap();
    assert_eq!(ended.effective, Effective::On(date(2024, 6, 13)));
    assert!(matches!(&ended.event, ApplicantEvent::BarEnded(e) if e.until == last));
    assert_eq!(BarKind::Fraud.last_day(date(2024, 2, 29)), date(2027, 2, 28));
}

#[test]
fn no_service_no_effect_and_one_number_for_one_decision() {
    let mut given = nothing().by(head());
    let early = given.when(&bar(BarKind::Fraud, "1", date(2023, 6, 13))).unwrap_err();
    assert_eq!(early.code(), "NotServed");
    let mut given = given.does(&bar(BarKind::Fraud, "1", date(2023, 6, 12)));
    let other = given.when(&bar(BarKind::FalseMaterials, "1", date(2023, 6, 12))).unwrap_err();
    assert_eq!(other.code(), "DecisionUsed");
}

#[test]
fn r09_a_bar_cites_a_permit_of_this_applicants_matter() {
    let bar = bar(BarKind::Fraud, "1", date(2023, 6, 12));
    let mut none = Given::<ApplicantDecider>::nothing().by(head());
    assert_eq!(none.when(&bar).unwrap_err().code(), "NoSuchMatter");
    let mut others = nothing().reading(reads("somebody-else")).by(head());
    assert_eq!(others.when(&bar).unwrap_err().code(), "AnothersMatter");
    let ApplicantCommand::ImposeBar { kind, matter, decision, .. } = bar else { panic!("a bar") };
    let other = ApplicantCommand::ImposeBar { kind, matter, permit: id("Z9"), decision };
    assert_eq!(nothing().by(head()).when(&other).unwrap_err().code(), "NoSuchPermit");
}

#[test]
fn any_history_folds_and_any_accepted_command_repeats_in_silence() {
    use proptest::prelude::{
        Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest,
    };
    let command = prop_oneof![
        (0u128..4).prop_map(lose),
        Just(repair()),
        (0u128..4).prop_map(|number| ApplicantCommand::LiftLapse { lapse: lapse(number) }),
        (0i8..4, proptest::bool::ANY).prop_map(|(number, fraud)| {
            let kind = if fraud { BarKind::Fraud } else { BarKind::FalseMaterials };
            bar(kind, &number.to_string(), date(2023, 6, 9 + number))
        }),
        (0usize..3, 0usize..3).prop_map(|(name, phone)| contact::naming(name, phone)),
        Just(contact::removing()),
        Just(ApplicantCommand::Settle),
    ];
    let step = (command, 0i8..3, proptest::bool::ANY);
    proptest!(ProptestConfig::with_cases(64), |(steps in proptest::collection::vec(step, 0..20))| {
        let mut given = nothing();
        given.reads.texts = contact::texts();
        let mut year = 2023;
        for (command, years, as_head) in steps {
            year += i16::from(years);
            given = given.on(date(year, 6, 12)).by(if as_head { head() } else { platform() });
            prop_assert!(given.repeats(&command));
        }
        prop_assert_eq!(given.refolded(), given.state);
    });
}
