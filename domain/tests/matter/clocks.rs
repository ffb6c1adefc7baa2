//! The statutory clock of a permit: limits, exclusions, extension, holiday notices (R1, R2, R4, R6, R19, R20).

use super::given::*;
use jiff::civil::date;
use om_domain::{
    calendar::{Calendar, HolidayNotice, NamedDay},
    clock::{Due, Ground, Unit},
    matter::{MatterCommand as C, MatterEvent as E, MatterRefusal as R, event::Term, state::RoundPhase},
};

fn in_review(code: &str) -> Given {
    let (officer, materials): (_, &[&str]) = match code {
        "A1" => ("dr-1", &["form", "seal"]),
        "A4" => ("housing-1", &[]),
        _ => ("water-1", &[]),
    };
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit(code, materials))
        .by(officer)
        .when(accept(code, "2023-06-12"))
}

#[test]
fn r01_working_days_skip_holidays_and_count_the_worked_sunday() {
    in_review("A1").see(|g| assert_eq!(g.dues("A1"), (day("2023-07-11"), day("2023-06-27"))));
}

#[test]
fn r02_a_limit_in_plain_days_counts_plain_days_and_rolls_off_a_day_off() {
    // 15 plain days after Friday 9 June is Saturday 24 June, in the holiday; Sunday 25 is worked.
    in_review("A1")
        .on("2023-06-12")
        .effective("2023-06-12")
        .by("window")
        .when(submit("A3", &["map"]))
        .by("water-1")
        .when(accept("A3", "2023-06-12"))
        .see(|g| assert_eq!(g.dues("A3"), (day("2023-06-27"), None)));
    let mut small = plan();
    small.permits[2].prerequisites.clear();
    given(small)
        .on("2023-06-09")
        .by("window")
        .when(submit("A3", &["map"]))
        .by("water-1")
        .when(accept("A3", "2023-06-09"))
        .see(|g| assert_eq!(g.dues("A3"), (day("2023-06-25"), None)));
}

#[test]
fn r04_the_agency_head_extends_once_and_the_promise_stays() {
    in_review("A1")
        .on("2023-06-20")
        .by("dr-head")
        .when(extend("A1", 10, "2023-06-20"))
        .then(|events| {
            let [E::LimitExtended(e)] = events else { panic!("{events:?}") };
            assert_eq!((e.dues.statutory, e.dues.promised), (day("2023-07-25"), day("2023-06-27")));
        })
        .when(extend("A1", 10, "2023-06-20"))
        .refused_as("AlreadyExtended");
}

#[test]
fn r04_the_promise_moves_only_if_the_plan_says_so() {
    let mut plan = plan();
    plan.permits[0].extension_moves_promise = true;
    given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("dr-head")
        .when(extend("A1", 5, "2023-06-12"))
        .see(|g| assert_eq!(g.dues("A1"), (day("2023-07-18"), day("2023-07-04"))));
}

#[test]
fn r04_joint_handling_is_extended_by_the_government_head() {
    let joint = in_review("A4").on("2023-06-20");
    joint.clone().by("housing-head").when(extend("A4", 15, "2023-06-20")).refused_as("NotAuthorised");
    joint.by("mayor").when(extend("A4", 15, "2023-06-20")).then_only(&["LimitExtended"]);
}

#[test]
fn r04_no_more_than_the_law_allows_and_not_by_an_officer() {
    let g = in_review("A1").on("2023-06-20");
    g.clone().by("dr-1").when(extend("A1", 10, "2023-06-20")).refused_as("NotAuthorised");
    g.clone().by("dr-head").when(extend("A1", 11, "2023-06-20")).refused_as("ExtensionTooLong");
    g.clone().by("dr-head").when(extend("A1", 0, "2023-06-20")).refused_as("ExtensionTooLong");
    g.by("dr-head").when(extend("A1", 10, "2023-06-21")).refused_as("NoticeNotServed");
}

#[test]
fn r04_extended_on_the_last_day_but_not_after_it_has_run_out() {
    in_review("A1").at("2023-07-11T23:59").by("dr-head").when(extend("A1", 10, "2023-07-11")).see(|g| {
        assert_eq!(g.dues("A1").0, day("2023-07-25"));
        assert_eq!(g.round("A1").overruns.len(), 1, "only the promise");
    });
    in_review("A1")
        .at("2023-07-12T00:00")
        .by("dr-head")
        .when(extend("A1", 10, "2023-07-11"))
        .refused_as("LimitRunOut");
}

#[test]
fn r04_an_extension_in_another_unit_is_refused_in_its_own_words() {
    let mut other = extend("A1", 10, "2023-06-20");
    if let C::ExtendLimit { extension, .. } = &mut other {
        extension.unit = Unit::CalendarDays;
    }
    in_review("A1").on("2023-06-20").by("dr-head").when(other).refused_as("ExtensionUnitDiffers");
}

#[test]
fn r06_a_stop_recorded_after_the_run_out_needs_proof_and_a_head_who_does_not_handle_the_file() {
    let late = in_review("A1").on("2023-07-12");
    let bare = || suspend("A1", "2023-07-20", "特 9", "2023-07-10");
    let mut proved = bare();
    if let C::SuspendClock { proof, .. } = &mut proved {
        *proof = Some(paper());
    }
    late.clone().by("dr-1").effective("2023-07-10").when(bare()).refused_as("LimitRunOut");
    late.clone().by("dr-1").effective("2023-07-10").when(proved.clone()).refused_as("SeparationOfDuties");
    late.clone().by("dr-2").effective("2023-07-10").when(proved.clone()).refused_as("NotAuthorised");
    late.by("dr-head").effective("2023-07-10").when(proved).then(|events| {
        let [.., E::ClockSuspended(_), E::LateServiceProved(e)] = events else { panic!("{events:?}") };
        assert_eq!(Some(e.served_on), day("2023-07-10"));
    });
}

#[test]
fn r04_an_extension_recorded_after_the_run_out_needs_proof_and_a_head_who_does_not_handle_the_file() {
    let late = in_review("A1").on("2023-07-12").by("dr-head");
    let mut proved = extend("A1", 10, "2023-07-11");
    if let C::ExtendLimit { proof, .. } = &mut proved {
        *proof = Some(paper());
    }
    late.clone().effective("2023-07-11").when(extend("A1", 10, "2023-07-11")).refused_as("LimitRunOut");
    late.clone().when(proved.clone()).refused_as("LimitRunOut");
    late.clone()
        .effective("2023-07-11")
        .when(proved.clone())
        .then(|events| {
            let [.., E::LimitExtended(_), E::LateServiceProved(e)] = events else { panic!("{events:?}") };
            assert_eq!((Some(e.run_out), Some(e.served_on)), (day("2023-07-11"), day("2023-07-11")));
        })
        .see(|g| assert_eq!(g.dues("A1").0, day("2023-07-25")));
    in_review("A1")
        .on("2023-06-20")
        .by("dr-1")
        .when(check("A1", &["dr-1", "dr-head"], true))
        .on("2023-07-12")
        .by("dr-head")
        .effective("2023-07-11")
        .when(proved)
        .refused_as("SeparationOfDuties");
}

#[test]
fn r04_extended_while_suspended_there_is_more_left_and_still_no_date() {
    in_review("A1")
        .on("2023-06-14")
        .when(suspend("A1", "2023-06-30", "特 1", "2023-06-14"))
        .on("2023-06-20")
        .by("dr-head")
        .when(extend("A1", 10, "2023-06-20"))
        .then(|events| {
            let [E::LimitExtended(e)] = events else { panic!("{events:?}") };
            // One day used: 13 June.
            assert_eq!((e.dues.statutory, e.dues.statutory_left), (None, Some(29)));
        });
}

#[test]
fn r04_extension_after_the_run_out_is_refused_whatever_was_stopped_before() {
    in_review("A1")
        .on("2023-06-14")
        .when(suspend("A1", "2023-06-15", "特 1", "2023-06-14"))
        .on("2023-07-20")
        .by("dr-head")
        .when(extend("A1", 10, "2023-07-20"))
        .refused_as("LimitRunOut");
}

#[test]
fn r06_no_notice_no_suspension_and_no_ground_beyond_the_told_day() {
    let g = in_review("A1").on("2023-06-14");
    g.clone().when(suspend("A1", "2023-06-30", "特 1", "2023-06-15")).refused_as("NoticeNotServed");
    g.clone().when(suspend("A1", "2023-06-13", "特 1", "2023-06-14")).refused_as("ToldBeforeStart");
    // At most 30 working days from the first excluded day on: 14 June is the first, 26 July the thirtieth.
    g.clone().when(suspend("A1", "2023-07-27", "特 1", "2023-06-14")).refused_as("ExclusionTooLong");
    g.when(suspend("A1", "2023-07-26", "特 1", "2023-06-14")).then_only(&["ClockSuspended"]);
}

#[test]
fn r06_whole_days_from_its_start_to_the_day_before_resumption() {
    in_review("A1")
        .on("2023-06-14")
        .when(suspend("A1", "2023-06-30", "特 1", "2023-06-14"))
        .then(|events| {
            let [E::ClockSuspended(e)] = events else { panic!("{events:?}") };
            assert_eq!(
                (e.dues.statutory, e.dues.statutory_left, e.dues.promised_left),
                (None, Some(19), Some(9))
            );
        })
        .on("2023-06-20")
        .when(resume("A1"))
        .then(|events| {
            let [E::ClockResumed(e)] = events else { panic!("{events:?}") };
            // 14, 15, 16, 19 June were excluded: four working days.
            assert_eq!((e.dues.statutory, e.dues.promised), (day("2023-07-17"), day("2023-07-03")));
        });
}

#[test]
fn r06_a_weekend_moves_no_working_day_limit() {
    in_review("A1")
        .on("2023-06-17")
        .when(suspend("A1", "2023-06-18", "特 1", "2023-06-16"))
        .on("2023-06-19")
        .passes()
        .then_only(&["SuspensionTermEnded"])
        .see(|g| assert_eq!(g.dues("A1"), (day("2023-07-11"), day("2023-06-27"))));
}

#[test]
fn r06_a_suspension_ends_by_itself_at_the_told_day() {
    in_review("A1")
        .on("2023-06-14")
        .when(suspend("A1", "2023-06-20", "特 1", "2023-06-14"))
        .at("2023-06-20T23:59")
        .passes()
        .then_only(&[])
        .at("2023-06-21T00:00")
        .passes()
        .then(|events| {
            let [E::SuspensionTermEnded(e)] = events else { panic!("{events:?}") };
            // Five working days were excluded: 14, 15, 16, 19, 20.
            assert_eq!(e.dues.statutory, day("2023-07-18"));
        })
        .see(|g| assert_eq!(Some(g.day_of("SuspensionTermEnded")), day("2023-06-21")))
        .by("dr-1")
        .when(resume("A1"))
        .refused_as("NotStopped");
}

#[test]
fn r06_a_new_notice_before_the_told_day_lets_it_stand_longer() {
    in_review("A1")
        .on("2023-06-14")
        .when(suspend("A1", "2023-06-20", "特 1", "2023-06-14"))
        .on("2023-06-20")
        .when(suspend("A1", "2023-06-28", "特 2", "2023-06-20"))
        .on("2023-06-27")
        .passes()
        .see(|g| assert!(g.round("A1").is_stopped()))
        .on("2023-06-29")
        .passes()
        .see(|g| {
            assert!(!g.round("A1").is_stopped());
            // 14 June to 28 June without Dragon Boat, with Sunday 25: ten working days.
            assert_eq!(g.dues("A1").0, day("2023-07-25"));
        });
}

#[test]
fn r06_the_same_notice_stops_the_clock_once() {
    in_review("A1")
        .on("2023-06-14")
        .when(suspend("A1", "2023-06-20", "特 1", "2023-06-14"))
        .when(suspend("A1", "2023-06-20", "特 1", "2023-06-14"))
        .refused_as("NoticeUsed");
}

#[test]
fn r06_overlapping_grounds_count_once() {
    in_review("A1")
        .on("2023-06-14")
        .when(suspend("A1", "2023-06-20", "特 1", "2023-06-14"))
        .on("2023-06-16")
        .when(suspend_for("A1", Ground::Hearing, "2023-06-27", "特 2", "2023-06-16"))
        .on("2023-06-28")
        .passes()
        .then_only(&["SuspensionTermEnded", "SuspensionTermEnded"])
        .see(|g| assert_eq!(g.dues("A1").0, day("2023-07-24")));
}

#[test]
fn r06_withdrawn_while_suspended_the_clock_has_ended() {
    in_review("A1")
        .on("2023-06-14")
        .when(suspend("A1", "2023-06-30", "特 1", "2023-06-14"))
        .on("2023-06-20")
        .by("window")
        .when(withdraw("A1"))
        .then_only(&["PermitWithdrawn"])
        .see(|g| assert!(!g.round("A1").is_stopped()))
        .on("2023-09-01")
        .passes()
        .then_only(&[])
        .by("dr-1")
        .when(resume("A1"))
        .refused_as("ClockNotRunning");
}

#[test]
fn r06_nothing_is_decided_while_the_clock_stands_still() {
    let stopped = in_review("A1").when(supply("A1", &["bank"])).on("2023-06-14").when(suspend(
        "A1",
        "2023-06-30",
        "特 1",
        "2023-06-14",
    ));
    stopped.clone().when(approve("A1", "2023-06-14")).refused_as("ClockStopped");
    stopped.when(resume("A1")).when(approve("A1", "2023-06-14")).then_only(&["PermitApproved"]);
}

#[test]
fn r06_after_the_run_out_nothing_is_left_to_stop() {
    in_review("A1")
        .on("2023-07-12")
        .when(suspend("A1", "2023-07-20", "特 1", "2023-07-12"))
        .refused_as("LimitRunOut")
        .see(|g| assert_eq!(g.dues("A1").0, day("2023-07-11")));
}

#[test]
fn r06_a_slip_of_the_year_is_no_duration() {
    in_review("A1")
        .on("2023-06-14")
        .when(suspend("A1", "9999-12-31", "特 1", "2023-06-14"))
        .refused_as("ExclusionTooLong");
}

pub(super) fn amended(days_off: &[(i8, i8)], make_up: &[(i8, i8)]) -> Calendar {
    let national = Calendar::national();
    let amends = national.notices_of(2023).next().unwrap().id.clone();
    let named = |days: &[(i8, i8)]| {
        days.iter().map(|(m, d)| NamedDay { date: date(2023, *m, *d), holiday: "纪念日".into() }).collect()
    };
    national
        .with_notice(HolidayNotice {
            id: "国办发明电〔2023〕99号".into(),
            year: 2023,
            sources: vec!["example".into()],
            amends: Some(amends),
            off: named(days_off),
            make_up: named(make_up),
            withdrawn: vec![],
            authoritative_through: date(2023, 12, 31),
        })
        .unwrap()
}

fn revise() -> C {
    C::ReviseDueDates { notice: text("国办发明电〔2023〕99号") }
}

#[test]
fn r20_a_notice_revises_open_permits_only_and_stores_old_and_new() {
    in_review("A1")
        .by("window")
        .when(submit("A3", &["map"]))
        .by("water-1")
        .when(accept("A3", "2023-06-12"))
        .when(C::ApprovePermit {
            permit: p("A3"), notice: notice("备案 1", "2023-06-12"), conditions: None
        })
        .by("window")
        .when(submit("A5", &[]))
        .on("2023-06-13")
        .calendar(amended(&[(6, 15)], &[]))
        .by("system")
        .when(revise())
        .then(|events| {
            let [E::DueDateRevised(a1), E::DueDateRevised(a5)] = events else { panic!("{events:?}") };
            assert_eq!(a1.permit, p("A1"));
            assert_eq!(a1.old.as_ref().unwrap().statutory, day("2023-07-11"));
            assert_eq!(a1.new.as_ref().unwrap().statutory, day("2023-07-12"));
            assert_ne!(a1.old.as_ref().unwrap().calendar, a1.new.as_ref().unwrap().calendar);
            assert_eq!(a5.intake.as_ref().map(|due| due.date), day("2023-06-20"));
        })
        .when(revise())
        .then_only(&[]);
}

#[test]
fn r20_the_past_keeps_what_it_computed() {
    let before = in_review("A1");
    let after = before.clone().calendar(amended(&[(6, 15)], &[])).by("admin").when(revise());
    assert_eq!(folded(&after.log[..before.log.len()]), before.state);
    assert_eq!(before.dues("A1").0, day("2023-07-11"));
    assert_eq!(after.dues("A1").0, day("2023-07-12"));
}

#[test]
fn r20_a_notice_that_moves_nothing_revises_nothing() {
    in_review("A1").calendar(amended(&[(12, 1)], &[])).by("system").when(revise()).then_only(&[]);
}

#[test]
fn r20_only_the_platform_or_an_administrator_revises() {
    in_review("A1")
        .calendar(amended(&[(6, 15)], &[]))
        .by("dr-head")
        .when(revise())
        .refused_as("NotAuthorised");
}

#[test]
fn r20_a_stopped_clock_has_no_date_to_revise_but_keeps_what_is_left_right() {
    let stopped = in_review("A1").on("2023-06-16").when(suspend("A1", "2023-06-30", "特 1", "2023-06-16"));
    // A later day off lies in the excluded stretch: nothing changes.
    stopped.clone().calendar(amended(&[(6, 20)], &[])).by("system").when(revise()).then_only(&[]);
    stopped
        .calendar(amended(&[(6, 14)], &[]))
        .by("system")
        .when(revise())
        .then(|events| {
            let [E::DueDateRevised(e)] = events else { panic!("{events:?}") };
            let new = e.new.as_ref().unwrap();
            assert_eq!((new.statutory, new.statutory_left), (None, Some(18)));
            assert_eq!(e.old.as_ref().unwrap().statutory_left, Some(17));
        })
        .on("2023-07-01")
        .passes()
        .see(|g| assert!(g.dues("A1").0.is_some()));
}

#[test]
fn r20_the_term_of_delivery_and_of_a_hearing_are_revised_too() {
    in_review("A1")
        .when(supply("A1", &["bank"]))
        .when(approve("A1", "2023-06-12"))
        .calendar(amended(&[(6, 15)], &[]))
        .by("system")
        .when(revise())
        .then(|events| {
            let [E::DueDateRevised(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.delivery.as_ref().map(|due| due.date), day("2023-06-28"));
        });
    in_review("A1")
        .when(hearing("A1", "2023-06-12"))
        .calendar(amended(&[(6, 15)], &[]))
        .by("system")
        .when(revise())
        .then(|events| {
            let [E::DueDateRevised(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.hearing.as_ref().map(|due| due.date), day("2023-07-12"));
        })
        .see(|g| assert_eq!(Some(g.round("A1").hearing.as_ref().unwrap().hold_by.date), day("2023-07-12")));
}

#[test]
fn r20_nothing_of_a_terminated_matter_is_revised() {
    let mut g = in_review("A1");
    // histories there are in which an open round was given up with its matter
    g.state.phase = om_domain::matter::state::Phase::Terminated;
    g.calendar(amended(&[(6, 15)], &[])).by("system").when(revise()).then_only(&[]);
}

#[test]
fn r19_beyond_the_last_authoritative_day_a_date_is_provisional() {
    let g = given(plan()).on("2026-12-21").by("window").when(submit("A1", &["form", "seal"]));
    g.by("dr-1").when(accept("A1", "2026-12-21")).then(|events| {
        let [E::PermitAccepted(e)] = events else { panic!("{events:?}") };
        assert!(e.dues.as_ref().unwrap().provisional);
    });
}

#[test]
fn r22_a_term_that_passed_is_stated_once_on_the_day_after() {
    in_review("A1")
        .on("2023-07-20")
        .passes()
        .then(|events| {
            let [E::TermOverrun(promised), E::TermOverrun(statutory)] = events else { panic!("{events:?}") };
            assert_eq!((promised.term, Some(promised.due.date)), (Term::Promised, day("2023-06-27")));
            assert_eq!((statutory.term, Some(statutory.due.date)), (Term::Statutory, day("2023-07-11")));
        })
        .see(|g| {
            assert_eq!(Some(g.day_of("TermOverrun")), day("2023-07-12"));
            assert_eq!(g.round("A1").phase, RoundPhase::InReview, "time decides nothing");
        })
        .on("2023-08-20")
        .passes()
        .then_only(&[]);
}

#[test]
fn r22_a_term_that_was_moved_and_passes_again_is_stated_again() {
    // The promise overran on 27 June; a stop that lay before, recorded late, moves it; it passes once more.
    in_review("A1")
        .on("2023-06-28")
        .passes()
        .then_only(&["TermOverrun"])
        .by("dr-1")
        .effective("2023-06-26")
        .when(suspend("A1", "2023-06-29", "特 1", "2023-06-26"))
        .on("2023-07-20")
        .passes()
        .then(|events| {
            let promised = events.iter().any(
                |e| matches!(e, E::TermOverrun(o) if o.term == Term::Promised && Some(o.due.date) == day("2023-07-03")),
            );
            assert!(promised, "{events:?}");
        });
}

#[test]
fn r16_an_approval_recorded_after_its_overrun_but_given_in_time_leaves_no_overrun_standing() {
    in_review("A1")
        .when(supply("A1", &["bank"]))
        .on("2023-06-28")
        .by("dr-1")
        .effective("2023-06-27")
        .when(approve("A1", "2023-06-27"))
        .then_only(&["TermOverrun", "PermitApproved"])
        .see(|g| {
            assert_eq!(g.round("A1").overruns.len(), 1, "what was stated stays stated");
            assert_eq!(g.round("A1").standing_overruns().count(), 0, "but the term was kept");
        });
    in_review("A1")
        .when(supply("A1", &["bank"]))
        .on("2023-06-28")
        .by("dr-1")
        .when(approve("A1", "2023-06-28"))
        .see(|g| assert_eq!(g.round("A1").standing_overruns().count(), 1));
}

#[test]
fn used_and_left_are_the_limit_on_every_day() {
    let g = in_review("A1").on("2023-06-14").when(suspend("A1", "2023-06-20", "特 1", "2023-06-14"));
    for clock in g.clocks("A1") {
        assert!(matches!(clock.due(&g.calendar), Due::Stopped { .. }));
        for n in 0..60 {
            let on = date(2023, 6, 1).saturating_add(jiff::ToSpan::days(n));
            let reading = clock.reading(&g.calendar, on);
            assert_eq!(reading.used + reading.left, reading.limit_total);
        }
    }
}

#[test]
fn r04_a_preliminary_review_is_not_extended() {
    let mut plan = plan();
    plan.permits[0].handling = om_domain::matter::plan::Handling::Preliminary;
    given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .by("dr-head")
        .when(extend("A1", 10, "2023-06-12"))
        .refused(|r| matches!(r, R::NotExtendable { .. }));
}

#[test]
fn r06_a_new_notice_on_the_same_ground_before_the_told_day_carries_the_stop_on() {
    let stopped = in_review("A1")
        .when(suspend("A1", "2023-06-20", "特 1", "2023-06-12"))
        .on("2023-06-19")
        .when(suspend("A1", "2023-06-28", "特 2", "2023-06-19"))
        .on("2023-06-26")
        .passes()
        .then_only(&[]);
    let resumed = stopped.clone().by("dr-1").when(resume("A1")).see(|g| {
        let stops = &g.round("A1").clocks.as_ref().unwrap().suspensions;
        let until: Vec<_> = stops.iter().map(|s| s.suspension.until).collect();
        assert_eq!(until, [day("2023-06-20"), day("2023-06-25")], "no notice excludes more than it told");
    });
    let entry = resumed.entry("ClockResumed");
    let moved =
        om_domain::matter::event::Correction::ResumedOn { old: p("2023-06-26"), new: p("2023-06-25") };
    resumed.when(correct_entry("A1", entry, moved, "dr-2")).then_only(&["EntryCorrected"]);
    stopped.on("2023-06-29").passes().then_only(&["SuspensionTermEnded"]).see(|g| {
        assert!(!g.round("A1").is_stopped());
        assert_eq!(g.day_of("SuspensionTermEnded"), p("2023-06-29"));
    });
}

#[test]
fn r06_a_shorter_notice_does_not_end_what_the_longer_told() {
    in_review("A1")
        .when(suspend("A1", "2023-06-28", "特 1", "2023-06-12"))
        .on("2023-06-19")
        .when(suspend("A1", "2023-06-20", "特 2", "2023-06-19"))
        .on("2023-06-29")
        .passes()
        .then_only(&["SuspensionTermEnded"])
        .see(|g| assert_eq!(g.day_of("SuspensionTermEnded"), p("2023-06-29")));
}
