//! What if: the rulings on what is assumed are those of the commands, and no assumption changes anything.

use super::given::*;
use om_domain::{
    calendar::beijing,
    forecast::Assumptions,
    matter::{
        plan::Mode,
        refusal::Authority,
        what_if::{Assumption, Ruling},
    },
};

fn tolerated(permit: &str, r: &str, mode: Mode) -> Assumption {
    Assumption::Tolerate { permit: p(permit), requirement: requirement(r), mode }
}

fn extended(permit: &str, by: u16) -> Assumption {
    Assumption::Extend { permit: p(permit), by }
}

fn ruled(g: &Given, assumption: &Assumption) -> Ruling {
    let today = beijing(g.now);
    let mut assume = g.state.assumptions();
    if let Assumption::Delay { permit, days } = assumption {
        assume.delay.insert(permit.clone(), *days);
    }
    let (_, cases) = g.state.what_if(&g.calendar, today, &[assume]).unwrap();
    g.state.ruling(assumption, &cases[0], today, &g.reads)
}

fn refusal(ruling: Ruling) -> String {
    use om_domain::decider::Explained;
    let Ruling::Refused(why) = ruling else { panic!("{ruling:?}") };
    why.code().to_owned()
}

fn allowed(ruling: Ruling) -> (String, Authority) {
    let Ruling::Allowed { source, who, .. } = ruling else { panic!("{ruling:?}") };
    (source, who)
}

fn in_review() -> Given {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
}

#[test]
fn r04_an_extension_assumed_is_ruled_as_the_command_is() {
    let head = || Authority::HeadOf { body: p("development-reform") };
    assert_eq!(allowed(ruled(&in_review(), &extended("A1", 10))), ("行政许可法 42".into(), head()));
    assert_eq!(allowed(ruled(&in_review(), &extended("A4", 15))).1, Authority::GovernmentHead);
    for (permit, by, code) in
        [("A1", 11, "ExtensionTooLong"), ("A1", 0, "ExtensionTooLong"), ("A3", 5, "NotExtendable")]
    {
        assert_eq!(refusal(ruled(&in_review(), &extended(permit, by))), code);
    }
    in_review().by("dr-head").when(extend("A1", 11, "2023-06-12")).refused_as("ExtensionTooLong");
    let once = in_review().by("dr-head").when(extend("A1", 10, "2023-06-12")).passes();
    assert_eq!(refusal(ruled(&once, &extended("A1", 5))), "AlreadyExtended");
    // 20 working days from 12 June, over the Dragon Boat days, end on 11 July.
    let late = in_review().on("2023-07-20");
    assert_eq!(refusal(ruled(&late, &extended("A1", 10))), "LimitRunOut");
}

#[test]
fn r10_a_tolerance_assumed_is_ruled_as_the_command_is() {
    let g = in_review();
    let pre_review = tolerated("A2", "permit:A1", Mode::PreReview);
    let lead = Authority::LeadDepartment { body: p("natural-resources") };
    assert_eq!(allowed(ruled(&g, &pre_review)), ("城乡规划法 37".into(), lead));
    let commitment = tolerated("A4", "permit:A2", Mode::Commitment);
    assert_eq!(allowed(ruled(&g, &commitment)).1, Authority::HeadOf { body: p("housing") });
    for (assumption, code) in [
        (tolerated("A1", "material:title", Mode::Commitment), "StatutoryCondition"),
        (tolerated("A5", "material:report", Mode::Commitment), "NeverByCommitment"),
        (tolerated("A3", "permit:A1", Mode::PreReview), "NotTolerable"),
        (tolerated("A1", "material:bank", Mode::Commitment), "AlreadyMet"),
        (tolerated("A1", "material:seal", Mode::Accept), "WrongStep"),
        (tolerated("A1", "permit:A2", Mode::PreReview), "NoSuchRequirement"),
        (tolerated("A9", "permit:A2", Mode::PreReview), "NoSuchPermit"),
    ] {
        assert_eq!(refusal(ruled(&g, &assumption)), code, "{assumption:?}");
    }
    let barred = g.ineligible(Some("失信未修复"));
    assert_eq!(refusal(ruled(&barred, &pre_review)), "Ineligible");
}

#[test]
fn r08_a_permit_is_left_out_only_where_no_law_needs_it_and_nobody_applied() {
    let g = in_review();
    let drop = |permit: &str| Assumption::Drop { permit: p(permit) };
    assert_eq!(allowed(ruled(&g, &drop("A5"))).1, Authority::LeadDepartment { body: p("water") });
    assert_eq!(refusal(ruled(&g, &drop("A1"))), "AlreadySubmitted");
    assert_eq!(refusal(ruled(&given(plan()), &drop("A1"))), "StatutoryEdge");
    given(plan()).by("dr-1").when(not_applicable("A1")).refused_as("StatutoryEdge");
}

#[test]
fn r04_a_delay_is_lawful_only_within_the_statutory_limit() {
    let g = in_review();
    let delay = |days| Assumption::Delay { permit: p("A1"), days };
    // The promise ends after 10 working days, the law's limit after 20.
    assert!(ruled(&g, &delay(10)).is_lawful());
    let beyond = ruled(&g, &delay(11));
    assert!(!beyond.is_lawful());
    assert_eq!(beyond.source().as_deref(), Some("行政许可法 42"));
    // A4 has only the law's limit.
    assert!(!ruled(&g, &Assumption::Delay { permit: p("A4"), days: 1 }).is_lawful());
}

#[test]
fn several_cases_are_compared_and_a_departments_delay_touches_what_it_has_not_decided() {
    let g = in_review();
    let today = beijing(g.now);
    assert_eq!(g.state.undecided_of(&p("water")), [p("A3"), p("A5")]);
    let standing = g.state.assumptions();
    let delayed = |code: &str| Assumptions { delay: [(p(code), 3)].into(), ..standing.clone() };
    let cases = [standing.clone(), delayed("A1"), delayed("A5")];
    let (plain, found) = g.state.what_if(&g.calendar, today, &cases).unwrap();
    assert_eq!(found[0], plain);
    assert!(found[1].working_days_before(&plain, &g.calendar) <= 0);
    let decide = |of: &om_domain::forecast::Forecast, code: &str| of.permit(&p(code)).unwrap().decide;
    assert_eq!(g.calendar.working_days_between(decide(&plain, "A1"), decide(&found[1], "A1")), 3);
    assert_eq!(decide(&plain, "A1"), decide(&found[2], "A1"));
}

#[test]
fn the_best_tolerance_comes_first_and_each_is_lawful() {
    let g = in_review();
    let best = g.state.best_tolerances(&g.calendar, beijing(g.now), &g.reads);
    let found: Vec<_> = best.iter().map(|b| (b.permit.as_str(), b.requirement.to_string(), b.mode)).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.contains(&("A2", "permit:A1".into(), Mode::PreReview)));
    assert!(found.contains(&("A4", "permit:A2".into(), Mode::Commitment)));
    assert!(best.iter().all(|b| b.ruling.is_lawful()));
    let saved = |b: &om_domain::matter::what_if::BestTolerance| {
        b.worth.completion.1.until(b.worth.completion.0).unwrap().get_days()
    };
    assert!(best.windows(2).all(|pair| saved(&pair[0]) >= saved(&pair[1])));
    // A2 reviewed ahead: its five working days run beside A1's, not after.
    let ahead = best.iter().find(|b| b.permit.as_str() == "A2").unwrap();
    assert!(ahead.worth.decide.1 < ahead.worth.decide.0);
}
