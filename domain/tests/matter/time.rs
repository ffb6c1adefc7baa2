//! Time's facts come first, whoever asks, and how often (R21, R22).

use super::given::*;
use jiff::{ToSpan, civil::Date};
use om_domain::matter::{MatterEvent as E, plan::Mode};

/// A story with an act on some days; between them `every` days the platform is asked, or never.
fn told(every: Option<i64>) -> Given {
    let mut g = given(plan()).on("2023-06-12").by("window").when(submit("A1", &["form", "bank"]));
    g = g.by("dr-1").when(tolerate("A1", "material:seal", Mode::Accept, "2023-06-25"));
    g = g.when(offer("A1", "water"));
    g = g.by("window").when(submit("A5", &[])).when(submit("A3", &[]));
    let acts: &[(&str, &str, om_domain::matter::MatterCommand)] = &[
        ("2023-06-20", "window", supplement("A1", "material:seal")),
        ("2023-06-21", "water-1", suspend("A5", "2023-07-05", "特 1", "2023-06-21")),
        ("2023-07-20", "dr-1", reject("A1", "material:seal")),
        ("2023-09-01", "window", submit("A1", &["form"])),
        ("2023-12-01", "system", om_domain::matter::MatterCommand::Settle),
    ];
    let mut today: Date = p("2023-06-12");
    for (on, by, act) in acts {
        while let Some(step) = every {
            today = today.saturating_add(step.days());
            if today > p(on) {
                break;
            }
            g = g.on(&today.to_string()).passes();
        }
        today = p(on);
        g = g.on(on).by(by).when(act.clone()).see(|_| ());
    }
    g
}

#[test]
fn r22_the_same_facts_whatever_how_often_time_is_asked() {
    let facts = |g: &Given| g.log.iter().map(|f| (f.event.clone(), f.effective.day())).collect::<Vec<_>>();
    let never = facts(&told(None));
    for every in [1, 2, 7] {
        assert_eq!(facts(&told(Some(every))), never, "asked every {every} days");
    }
}

#[test]
fn r22_asked_twice_time_says_nothing_new() {
    let mut g = told(None);
    assert_eq!(g.settle(), 0);
}

#[test]
fn r22_time_never_revokes_denies_or_sanctions() {
    let g = told(None).on("2030-01-01").passes();
    for fact in g.log.iter().filter(|f| f.by == actor("system")) {
        assert!(
            !matches!(fact.event, E::PermitRevoked(_) | E::PermitDenied(_) | E::PermitApproved(_)),
            "{:?}",
            fact.event
        );
    }
}

#[test]
fn r21_days_are_counted_in_beijing() {
    // 16:30 UTC on the 19th is half past midnight on the 20th in Beijing.
    let g = given(plan()).on("2023-06-12").by("window").when(submit("A1", &["form", "seal"]));
    let mut late = g.clone();
    late.now = p("2023-06-19T16:30:00Z");
    late.passes().then_only(&["PermitDeemedAccepted"]);
    let mut in_time = g;
    in_time.now = p("2023-06-19T15:59:59Z");
    in_time.passes().then_only(&[]);
}
