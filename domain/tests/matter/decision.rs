//! Checks, hearings, decisions, certificates, renewal, revocation (R5, R7, R9, R18).

use super::given::*;
use om_domain::{
    applicant::BarKind,
    matter::{
        MatterCommand as C, MatterEvent as E, MatterRefusal as R, StandingBar,
        event::{Notice, Service},
        plan::{Mode, Plan, Reaches, Sensitive},
        refusal::Because,
        state::RoundPhase,
    },
};

fn in_review() -> Given {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
}

fn approved() -> Given {
    in_review().when(approve("A1", "2023-06-12"))
}

fn issued(valid_until: Option<&str>) -> Given {
    approved().on("2023-06-13").when(issue("A1", "2023-06-13", valid_until))
}

#[test]
fn r05_the_certificate_is_delivered_within_ten_working_days_of_the_decision() {
    approved()
        .then(|events| {
            let [E::PermitApproved(e)] = events else { panic!("{events:?}") };
            assert_eq!(e.delivery_due.as_ref().map(|due| due.date), day("2023-06-27"));
        })
        .on("2023-06-28")
        .passes()
        .then_only(&["TermOverrun"])
        .by("dr-1")
        .when(issue("A1", "2023-06-28", None))
        .then_only(&["CertificateIssued"])
        .when(issue("A1", "2023-06-28", None))
        .refused_as("WrongStep");
}

#[test]
fn gates_nothing_is_decided_or_issued_before_what_its_gate_asks_for() {
    let bare = given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"));
    bare.clone().when(approve("A1", "2023-06-12")).refused(
        |r| matches!(r, R::RequirementsUnmet { missing, .. } if missing[0].requirement == requirement("material:bank")),
    );
    bare.when(supply("A1", &["bank"]))
        .when(approve("A1", "2023-06-12"))
        .when(issue("A1", "2023-06-12", None))
        .refused(|r| matches!(r, R::RequirementsUnmet { missing, .. } if missing.len() == 2));
}

#[test]
fn gates_a_denial_needs_no_papers_but_its_reasons() {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .when(deny("A1", "2023-06-12"))
        .then_only(&["PermitDenied"]);
}

#[test]
fn already_decided_a_second_officers_decision_is_told_who_was_first() {
    approved()
        .by("dr-2")
        .when(approve("A1", "2023-06-12"))
        .refused(|r| matches!(r, R::AlreadyDecided { by, approved: true, .. } if by.as_str() == "dr-1"));
    approved().by("dr-2").when(deny("A1", "2023-06-12")).refused_as("AlreadyDecided");
    in_review()
        .when(deny("A1", "2023-06-12"))
        .by("dr-2")
        .when(approve("A1", "2023-06-12"))
        .refused_as("AlreadyDecided");
}

#[test]
fn r18_who_applied_does_not_decide() {
    let applied = given(plan())
        .on("2023-06-12")
        .by("dr-1")
        .when(submit("A1", &["form", "seal", "bank"]))
        .by("dr-2")
        .when(accept("A1", "2023-06-12"));
    applied.clone().by("dr-1").when(approve("A1", "2023-06-12")).refused_as("SeparationOfDuties");
    applied.clone().by("dr-1").when(deny("A1", "2023-06-12")).refused_as("SeparationOfDuties");
    applied.by("dr-2").when(approve("A1", "2023-06-12")).then_only(&["PermitApproved"]);
}

#[test]
fn r18_nor_does_an_officer_of_the_applicants_own_body() {
    let mut own = plan();
    own.permits[4].lead = p("city-investment");
    own.permits[4].materials.clear();
    given(own)
        .on("2023-06-12")
        .by("window")
        .when(submit("A5", &[]))
        .by("owner")
        .when(accept("A5", "2023-06-12"))
        .by("owner-2")
        .when(approve("A5", "2023-06-12"))
        .refused_as("SeparationOfDuties");
}

#[test]
fn r18_a_check_of_substance_needs_two_officers_and_neither_applied() {
    let g = given(plan())
        .on("2023-06-12")
        .by("housing-2")
        .when(submit("A4", &[]))
        .by("housing-1")
        .when(accept("A4", "2023-06-12"));
    g.clone().when(check("A4", &["housing-1"], true)).refused_as("TwoOfficersNeeded");
    g.clone().when(check("A4", &["housing-1", "nobody"], true)).refused_as("UnknownOfficer");
    g.clone().when(check("A4", &["housing-1", "housing-2"], true)).refused_as("SeparationOfDuties");
    g.clone().when(check("A4", &["housing-1", "owner"], true)).refused_as("SeparationOfDuties");
    g.when(check("A4", &["housing-1", "water-1"], true))
        .then_only(&["CheckRecorded"])
        .when(check("A4", &["housing-1", "water-1"], true))
        .then_only(&[]);
}

#[test]
fn r18_no_approval_before_a_passed_check_where_one_is_needed() {
    let mut small = plan();
    small.permits[3].prerequisites.clear();
    let g = given(small)
        .on("2023-06-12")
        .by("window")
        .when(submit("A4", &[]))
        .by("housing-1")
        .when(accept("A4", "2023-06-12"));
    g.clone().when(approve("A4", "2023-06-12")).refused_as("CheckMissing");
    let failed = g.when(check("A4", &["housing-1", "housing-2"], false));
    failed.clone().when(approve("A4", "2023-06-12")).refused_as("CheckMissing");
    failed
        .on("2023-06-13")
        .when(check("A4", &["housing-1", "housing-2"], true))
        .when(approve("A4", "2023-06-13"))
        .then_only(&["PermitApproved"]);
}

#[test]
fn r09_a_hearing_is_asked_for_within_five_working_days_of_being_told() {
    in_review().on("2023-06-19").by("window").when(hearing("A1", "2023-06-12")).then(|events| {
        let [E::HearingRequested(e)] = events else { panic!("{events:?}") };
        // 20 working days after Monday 19 June.
        assert_eq!(Some(e.hold_by.date), day("2023-07-18"));
    });
    in_review().on("2023-06-20").by("window").when(hearing("A1", "2023-06-12")).refused_as("HearingTooLate");
    in_review().by("window").when(hearing("A1", "2023-06-13")).refused_as("NoticeNotServed");
}

#[test]
fn r09_nothing_is_decided_before_an_open_hearing_was_held() {
    in_review()
        .by("window")
        .when(hearing("A1", "2023-06-12"))
        .when(hearing("A1", "2023-06-12"))
        .refused_as("HearingAlready")
        .by("dr-1")
        .when(deny("A1", "2023-06-12"))
        .refused_as("HearingOpen")
        .on("2023-06-20")
        .when(heard("A1"))
        .when(deny("A1", "2023-06-20"))
        .then_only(&["PermitDenied"]);
}

#[test]
fn r09_a_hearing_not_held_within_twenty_working_days_is_overdue() {
    in_review().by("window").when(hearing("A1", "2023-06-12")).on("2023-07-12").passes().then(|events| {
        let terms: Vec<_> = events
            .iter()
            .map(|e| match e {
                E::TermOverrun(o) => format!("{:?} {}", o.term, o.due.date),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(terms, ["Promised 2023-06-27", "Statutory 2023-07-11", "Hearing 2023-07-11"]);
    });
}

#[test]
fn r09_a_hearing_of_a_withdrawn_file_is_not_overdue_and_not_held() {
    in_review()
        .by("window")
        .when(hearing("A1", "2023-06-12"))
        .when(withdraw("A1"))
        .on("2023-08-01")
        .passes()
        .then_only(&[])
        .by("dr-1")
        .when(heard("A1"))
        .refused_as("WrongStep");
}

fn renewal() -> C {
    C::RequestRenewal { permit: p("A1") }
}

fn grant(until: &str, served: &str) -> C {
    C::GrantRenewal { permit: p("A1"), valid_until: p(until), notice: notice("延续 1", served) }
}

fn refuse_renewal(served: &str) -> C {
    C::RefuseRenewal {
        permit: p("A1"),
        reasons: text("已不符合条件"),
        article: text("行政许可法 50"),
        remedy: text("六十日内申请复议"),
        notice: notice("不予延续 1", served),
    }
}

#[test]
fn r07_renewal_is_asked_for_thirty_days_before_expiry() {
    let g = issued(Some("2023-12-31"));
    g.clone().on("2023-12-02").by("window").when(renewal()).refused_as("RenewalTooLate");
    g.on("2023-12-01")
        .by("window")
        .when(renewal())
        .then_only(&["RenewalRequested"])
        .when(renewal())
        .then_only(&[]);
    issued(None).by("window").when(renewal()).refused_as("NoExpiry");
}

#[test]
fn r07_unanswered_by_expiry_it_is_deemed_granted() {
    issued(Some("2023-12-31"))
        .on("2023-11-01")
        .by("window")
        .when(renewal())
        .at("2023-12-31T23:59")
        .passes()
        .then_only(&[])
        .at("2024-01-01T00:00")
        .passes()
        .then_only(&["RenewalDeemedGranted"])
        .by("dr-1")
        .when(refuse_renewal("2024-01-01"))
        .refused_as("NoRenewal")
        .on("2025-01-01")
        .passes()
        .then_only(&[]);
}

#[test]
fn r07_not_asked_for_nothing_is_granted() {
    issued(Some("2023-12-31")).on("2024-02-01").passes().then_only(&[]);
}

#[test]
fn r07_granted_by_decision_it_lasts_longer() {
    issued(Some("2023-12-31"))
        .on("2023-11-01")
        .by("window")
        .when(renewal())
        .by("dr-1")
        .when(grant("2023-12-31", "2023-11-01"))
        .refused_as("RenewalNoLonger")
        .when(grant("2026-12-31", "2023-11-01"))
        .then_only(&["RenewalGranted"])
        .when(grant("2027-12-31", "2023-11-01"))
        .refused_as("NoRenewal")
        .on("2024-01-01")
        .passes()
        .then_only(&[]);
}

#[test]
fn r07_refused_by_decision_before_expiry_it_is_not_deemed_granted() {
    let asked = issued(Some("2023-12-31")).on("2023-11-01").by("window").when(renewal());
    asked.clone().by("nr-1").when(refuse_renewal("2023-11-01")).refused_as("NotAuthorised");
    asked.clone().by("dr-1").when(refuse_renewal("2023-11-02")).refused_as("NoticeNotServed");
    asked
        .by("dr-1")
        .when(refuse_renewal("2023-11-01"))
        .then_only(&["RenewalRefused"])
        .when(refuse_renewal("2023-11-01"))
        .refused_as("NoRenewal")
        .on("2024-01-02")
        .passes()
        .then_only(&[])
        .see(|g| {
            let certificate = g.round("A1").certificate.as_ref().unwrap();
            assert_eq!(certificate.valid_until, day("2023-12-31"), "it expires as it stood");
        });
    issued(Some("2023-12-31")).by("dr-1").when(refuse_renewal("2023-06-13")).refused_as("NoRenewal");
}

#[test]
fn r18_who_asked_for_renewal_does_not_answer_it() {
    let asked = issued(Some("2023-12-31")).on("2023-11-01").by("dr-2").when(renewal());
    asked.clone().when(grant("2026-12-31", "2023-11-01")).refused_as("SeparationOfDuties");
    asked.clone().when(refuse_renewal("2023-11-01")).refused_as("SeparationOfDuties");
    asked.by("dr-1").when(grant("2026-12-31", "2023-11-01")).then_only(&["RenewalGranted"]);
}

#[test]
fn r08_revocation_is_the_heads_with_notice_and_allows_a_new_round() {
    issued(None).when(revoke("A1", "2023-06-13")).refused_as("NotAuthorised");
    issued(None).by("dr-head").when(revoke("A1", "2023-06-14")).refused_as("NoticeNotServed");
    issued(None)
        .by("dr-head")
        .when(revoke("A1", "2023-06-13"))
        .then_only(&["PermitRevoked"])
        .when(revoke("A1", "2023-06-13"))
        .refused_as("WrongStep")
        .by("window")
        .when(submit("A1", &["form"]))
        .then_only(&["PermitSubmitted"]);
}

fn relying() -> Given {
    approved().by("window").when(submit("A2", &[])).by("nr-1").when(accept("A2", "2023-06-12"))
}

#[test]
fn prerequisite_that_was_revoked_after_the_gate_is_put_before_a_person() {
    relying()
        .on("2023-06-14")
        .by("dr-head")
        .when(revoke("A1", "2023-06-14"))
        .then(|events| {
            let [E::PermitRevoked(_), E::PrerequisiteFellAway(e)] = events else { panic!("{events:?}") };
            assert_eq!((e.permit.as_str(), e.requirement.to_string()), ("A2", "permit:A1".into()));
        })
        .see(|g| assert_eq!(g.round("A2").phase, RoundPhase::InReview, "time decides nothing"));
}

#[test]
fn prerequisite_revoked_before_the_gate_only_blocks() {
    approved()
        .by("window")
        .when(submit("A2", &[]))
        .by("dr-head")
        .when(revoke("A1", "2023-06-12"))
        .then_only(&["PermitRevoked"])
        .by("nr-1")
        .when(accept("A2", "2023-06-12"))
        .refused(|r| {
            matches!(r, R::RequirementsUnmet { missing, .. }
                if missing[0].because == om_domain::matter::refusal::Because::Ended)
        });
}

#[test]
fn prerequisite_revoked_a_second_time_falls_away_a_second_time() {
    let again = |g: Given, on: &str| {
        g.on(on)
            .by("window")
            .when(submit("A1", &["form", "seal", "bank"]))
            .by("dr-1")
            .when(accept("A1", on))
            .when(approve("A1", on))
            .by("dr-head")
            .when(revoke("A1", on))
    };
    let first = relying().by("dr-head").when(revoke("A1", "2023-06-12"));
    assert_eq!(again(first, "2023-06-14").count("PrerequisiteFellAway"), 2);
}

/// A5 stands in this field, and the applicant has a bar for this permit of a matter.
fn barred(sensitive: Option<Sensitive>, matter: &str, permit: &str, name: &str) -> Given {
    let mut plan = plan();
    plan.permits[4].sensitive = sensitive;
    let bar = StandingBar {
        kind: BarKind::FalseMaterials,
        decision: text("陆水罚〔2023〕1号"),
        until: p("2024-06-01"),
        matter: p(matter),
        permit: p(permit),
        name: Some(text(name)),
    };
    given(plan)
        .read(|r| r.bars.as_mut().unwrap().value = vec![bar])
        .on("2023-06-12")
        .by("window")
        .when(submit("A5", &["report"]))
}

const HERE: &str = "01HZZZZZZZZZZZZZZZZZZZZZZZ";
const THERE: &str = "01HZZZZZZZZZZZZZZZZZZZZZZY";

#[test]
fn r09_who_is_barred_does_not_apply_again_for_a_permit_that_touches_public_safety() {
    use om_domain::decider::Explained;
    for field in [Sensitive::PublicSafety, Sensitive::LifeAndProperty] {
        barred(Some(field), HERE, "A5", "another name").refused(|r| {
            let by = (r.code(), r.rule(), r.source());
            by == ("BarredFromApplying", Some("R9"), Some("行政许可法 78".into()))
        });
        barred(Some(field), THERE, "Z1", "A5").refused_as("BarredFromApplying");
        barred(Some(field), THERE, "A5", "of the same code only").then_only(&["PermitSubmitted"]);
        barred(Some(field), HERE, "A1", "A1").then_only(&["PermitSubmitted"]);
    }
}

#[test]
fn r09_the_law_bars_no_application_for_what_touches_no_safety() {
    barred(None, HERE, "A5", "A5").then_only(&["PermitSubmitted"]);
    barred(Some(Sensitive::Ecology), HERE, "A5", "A5").then_only(&["PermitSubmitted"]);
}

#[test]
fn r09_without_the_applicants_record_nobody_is_taken_for_unbarred() {
    let mut plan = plan();
    plan.permits[4].sensitive = Some(Sensitive::PublicSafety);
    given(plan).read(|r| r.bars = None).by("window").when(submit("A5", &[])).refused_as("EligibilityUnknown");
}

#[test]
fn r08_a_statutory_condition_among_what_is_missing_is_what_the_refusal_rests_on() {
    use om_domain::decider::Explained;
    let handed = |materials: &[&str]| {
        given(plan())
            .on("2023-06-12")
            .by("window")
            .when(submit("A1", materials))
            .by("dr-1")
            .when(accept("A1", "2023-06-12"))
            .when(approve("A1", "2023-06-12"))
    };
    handed(&["form", "seal"]).refused(|r| (r.code(), r.rule()) == ("RequirementsUnmet", Some("R10")));
    let title_and_safety = handed(&["form", "seal", "bank"]).when(issue("A1", "2023-06-12", None));
    title_and_safety.refused(|r| (r.code(), r.rule()) == ("RequirementsUnmet", Some("R8")));
}

#[test]
fn r07_the_term_of_a_deemed_renewal_is_recorded_by_the_department_and_is_no_shorter_than_before() {
    let grant = |until: &str, served: &str| C::GrantRenewal {
        permit: p("A1"),
        valid_until: p(until),
        notice: notice("延续 1", served),
    };
    let deemed = issued(Some("2025-06-13"))
        .on("2025-05-01")
        .by("window")
        .when(C::RequestRenewal { permit: p("A1") })
        .on("2025-06-14")
        .passes()
        .then_only(&["RenewalDeemedGranted"])
        .see(|g| {
            let certificate = g.round("A1").certificate.as_ref().unwrap();
            assert_eq!((certificate.valid_until, certificate.deemed_from), (None, day("2025-06-13")));
        })
        .by("dr-1");
    let short = deemed.clone().when(grant("2027-06-12", "2025-06-14"));
    short.refused(|r| matches!(r, R::RenewalTermTooShort { least, .. } if *least == p("2027-06-13")));
    let refuse = C::RefuseRenewal {
        permit: p("A1"),
        reasons: text("已不符合条件"),
        article: text("行政许可法 50"),
        remedy: text("可申请复议"),
        notice: notice("不予延续 1", "2025-06-14"),
    };
    deemed.clone().when(refuse).refused_as("NoRenewal");
    deemed.when(grant("2027-06-13", "2025-06-14")).then_only(&["RenewalGranted"]).see(|g| {
        let certificate = g.round("A1").certificate.as_ref().unwrap();
        assert_eq!((certificate.valid_until, certificate.deemed_from), (day("2027-06-13"), None));
    });
}

/// A decision and its service: dated on one day, served and recorded on another.
fn dated(number: &str, dated: &str, served: &str) -> Notice {
    Notice { date: p(dated), service: Service::Post, ..notice(number, served) }
}

#[test]
fn r04_the_decision_is_made_on_the_day_of_its_document_though_it_is_served_later() {
    // Promised until 27 June: decided on that day, served by post on the 29th, recorded then.
    let late = in_review().on("2023-06-29");
    let decision = C::ApprovePermit {
        permit: p("A1"),
        notice: dated("批复 1", "2023-06-27", "2023-06-29"),
        conditions: None,
    };
    for g in
        [late.clone().when(decision.clone()), late.clone().effective("2023-06-27").when(decision.clone())]
    {
        g.see(|g| {
            let decision = g.round("A1").decision.as_ref().unwrap();
            assert_eq!(Some(decision.on), day("2023-06-27"));
            assert_eq!(Some(decision.notice.served_on), day("2023-06-29"));
            assert_eq!(g.round("A1").standing_overruns().count(), 0, "not late");
            // Ten working days after the decision: 28 June to 11 July.
            assert_eq!(decision.delivery_due.as_ref().map(|due| due.date), day("2023-07-11"));
        });
    }
    late.effective("2023-06-26").when(decision).refused_as("DecidedBeforeDated");
}

#[test]
fn r04_a_decision_not_yet_served_has_no_effect_and_its_day_comes_after_what_it_rests_on() {
    let at = |day: &str, served: &str| C::DenyPermit {
        permit: p("A1"),
        reasons: text("不符合条件"),
        article: text("行政许可法 38"),
        remedy: text("六十日内申请复议"),
        notice: dated("不予许可 1", day, served),
    };
    let g = in_review().on("2023-06-20").when(check("A1", &["dr-1", "dr-2"], true)).on("2023-06-21");
    g.clone().when(at("2023-06-21", "2023-06-22")).refused_as("NoticeNotServed");
    g.clone().when(at("2023-06-19", "2023-06-21")).refused_as("BackfillOutOfOrder");
    g.when(at("2023-06-20", "2023-06-21")).then_only(&["PermitDenied"]);
}

/// A2 waits before its acceptance for A1's certificate.
fn needs_the_certificate() -> Plan {
    let mut plan = plan();
    plan.permits[1].prerequisites[0].reaches = Reaches::Issued;
    plan
}

fn expiring() -> Given {
    expiring_in(needs_the_certificate())
}

fn expiring_in(plan: Plan) -> Given {
    given(plan)
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .when(approve("A1", "2023-06-12"))
        .on("2023-06-13")
        .when(issue("A1", "2023-06-13", Some("2024-01-24")))
}

fn asks_for_a2(g: Given, on: &str) -> Given {
    g.on(on).by("window").when(submit("A2", &[])).by("nr-1").when(accept("A2", on))
}

#[test]
fn gates_an_expired_certificate_meets_no_requirement() {
    asks_for_a2(expiring(), "2024-01-24").then_only(&["PermitAccepted"]);
    asks_for_a2(expiring(), "2024-02-19").refused(
        |r| matches!(r, R::RequirementsUnmet { missing, .. } if missing[0].because == Because::Expired),
    );
    // Asked for in time and unanswered it was deemed granted.
    asks_for_a2(
        expiring().on("2023-12-01").by("window").when(C::RequestRenewal { permit: p("A1") }),
        "2024-02-19",
    )
    .then_only(&["PermitAccepted"]);
}

#[test]
fn rounds_what_has_expired_is_applied_for_anew() {
    let again = submit("A1", &["form"]);
    expiring().on("2024-01-24").by("window").when(again.clone()).refused_as("AlreadySubmitted");
    expiring().on("2024-01-25").by("window").when(again).then(|events| {
        let [E::PermitSubmitted(e)] = events else { panic!("{events:?}") };
        assert_eq!(e.round, 2);
    });
}

#[test]
fn r11_a_certificate_that_had_expired_does_not_land_what_was_tolerated_for_it() {
    let g = expiring().on("2024-02-19").by("window").when(submit("A2", &[])).by("nr-1").when(tolerate(
        "A2",
        "permit:A1",
        Mode::PreReview,
        "2024-02-22",
    ));
    g.then_only(&["DeficiencyTolerated"]).passes().then_only(&[]);
}

#[test]
fn a_certificate_that_has_expired_is_forecast_as_asked_for_anew_where_one_still_needs_it() {
    let mut plan = needs_the_certificate();
    plan.permits.truncate(2);
    let g = expiring_in(plan);
    let issued = |g: &Given, on: &str| g.state.progress(p(on)).permits[&p("A1")].issued_on;
    assert_eq!(issued(&g, "2024-01-24"), day("2023-06-13"), "still good");
    assert_eq!(issued(&g, "2024-01-25"), None, "A2 is not accepted without it");
    let accepted = asks_for_a2(g, "2024-01-24").passes();
    assert_eq!(issued(&accepted, "2024-01-25"), day("2023-06-13"), "A2 is past the gate");
}
