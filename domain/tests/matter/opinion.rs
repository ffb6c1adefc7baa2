//! Opinions of other departments: asked all at once, given each for itself, and what a decision makes of them.

use super::given::*;
use om_domain::{
    ids::BodyId,
    matter::{
        MatterEvent as E, MatterRefusal as R,
        command::OpinionTerm,
        opinion::{Opinion, Standing, Treatment},
        plan::Silence,
        refusal::Awaited,
    },
};

/// A6, handled jointly by housing with land and water, accepted on Monday the 12th.
fn joint() -> Given {
    given(wide_plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A6", &["form", "seal"]))
        .by("housing-1")
        .when(accept("A6", "2023-06-12"))
}

fn asked() -> Given {
    joint().when(ask("A6", &[]))
}

/// A7, whose plan says nothing of opinions.
fn single() -> Given {
    given(wide_plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A7", &["form", "map"]))
        .by("dr-1")
        .when(accept("A7", "2023-06-12"))
}

fn stands(g: &Given, code: &str, body: &str, on: &str) -> Standing {
    g.round(code).opinions.of(&p(body)).unwrap().standing(p(on))
}

#[test]
fn r15_a_joint_review_asks_all_departments_at_once_with_the_plans_term() {
    asked().then(|events| {
        let [E::OpinionRequested(e)] = events else { panic!("{events:?}") };
        let bodies: Vec<_> = e.bodies.iter().map(BodyId::as_str).collect();
        assert_eq!(bodies, ["natural-resources", "water"]);
        // three working days from Monday the 12th
        assert_eq!(Some(e.due.date), day("2023-06-15"));
        assert_eq!((e.working_days, e.overdue_counts_as), (Some(3), Silence::Agree));
    });
    joint().when(ask("A6", &["water"])).refused(|refusal| {
        matches!(refusal, R::AskAllAtOnce { missing, .. } if missing == &[p::<BodyId>("natural-resources")])
    });
}

#[test]
fn only_the_lead_asks_and_each_department_answers_for_itself() {
    joint().by("water-1").when(ask("A6", &[])).refused_as("NotAuthorised");
    asked().when(ask("A6", &[])).refused_as("NobodyToAsk");
    asked().when(ask("A6", &["water"])).refused_as("AlreadyAsked");
    joint().when(ask("A6", &["housing", "natural-resources", "water"])).refused_as("LeadGivesNoOpinion");
    asked().by("nr-1").when(opine("A6", "water", Opinion::Agree)).refused_as("NotAuthorised");
    asked().by("housing-1").when(opine("A6", "water", Opinion::Agree)).refused_as("NotAuthorised");
    joint().by("water-1").when(opine("A6", "water", Opinion::Agree)).refused_as("NotAsked");
    asked()
        .by("water-1")
        .when(opine("A6", "water", Opinion::Agree))
        .then_only(&["OpinionGiven"])
        .by("water-2")
        .when(opine("A6", "water", objection()))
        .refused_as("OpinionGivenAlready");
}

#[test]
fn the_term_is_the_plans_or_told_in_days_or_by_a_date() {
    single().when(ask("A7", &["water"])).refused_as("OpinionDueNeeded");
    let told = |due| single().when(ask_until("A7", &["water"], Some(due)));
    told(OpinionTerm::WorkingDays(5)).see(|g| {
        assert_eq!(Some(g.round("A7").opinions.of(&p("water")).unwrap().due.date), day("2023-06-19"));
    });
    told(OpinionTerm::By(p("2023-06-14"))).then_only(&["OpinionRequested"]);
    told(OpinionTerm::By(p("2023-06-12"))).refused_as("OpinionDueOutOfBounds");
    told(OpinionTerm::WorkingDays(0)).refused_as("OpinionDueOutOfBounds");
    told(OpinionTerm::By(p("2033-06-12"))).refused_as("OpinionDueOutOfBounds");
}

#[test]
fn r16_a_request_recorded_late_gives_the_department_its_whole_term_from_the_record_on() {
    joint().on("2023-06-20").effective("2023-06-13").when(ask("A6", &[])).then(|events| {
        let Some(E::OpinionRequested(e)) = events.last() else { panic!("{events:?}") };
        // Wednesday the 21st, then the festival, Sunday the 25th makes up, Monday the 26th
        assert_eq!((Some(e.counted_from), Some(e.due.date)), (day("2023-06-20"), day("2023-06-26")));
    });
    joint().on("2023-06-13").effective("2023-06-11").when(ask("A6", &[])).refused_as("BackfillOutOfOrder");
}

#[test]
fn r22_silence_is_stated_once_and_counts_as_the_plan_says() {
    asked()
        .at("2023-06-15T23:59")
        .passes()
        .then_only(&[])
        .at("2023-06-16T00:00")
        .passes()
        .then_only(&["OpinionOverdue", "OpinionOverdue"])
        .on("2023-06-20")
        .passes()
        .then_only(&[])
        .by("housing-2")
        .when(approve("A6", "2023-06-20"))
        .then(|events| {
            let [E::PermitApproved(_), E::OpinionsConcluded(e)] = events else { panic!("{events:?}") };
            assert!(e.approved && e.opinions.len() == 2);
            assert!(e.opinions.iter().all(|o| o.standing == Standing::SilentAgreed));
        });
    single()
        .when(ask_until("A7", &["water"], Some(OpinionTerm::WorkingDays(2))))
        .on("2023-06-20")
        .when(approve("A7", "2023-06-20"))
        .refused(|refusal| matches!(refusal, R::OpinionsAwaited { awaited, .. } if awaited.len() == 1))
        .when(unask("A7", "water"))
        .when(approve("A7", "2023-06-20"))
        .then_only(&["PermitApproved"]);
}

#[test]
fn no_approval_before_every_opinion_the_plan_needs_is_there() {
    joint().by("housing-2").when(approve("A6", "2023-06-12")).refused(|refusal| {
        let none = |body: &str| Awaited { body: p(body), due: None };
        matches!(refusal, R::OpinionsAwaited { awaited, .. }
            if awaited == &[none("natural-resources"), none("water")])
    });
    asked()
        .by("water-1")
        .when(opine("A6", "water", Opinion::Agree))
        .by("housing-2")
        .when(approve("A6", "2023-06-12"))
        .refused(|refusal| {
            matches!(refusal, R::OpinionsAwaited { awaited, .. }
                if awaited.len() == 1 && awaited[0].body.as_str() == "natural-resources")
        })
        // a denial waits for nobody
        .when(deny("A6", "2023-06-12"))
        .then_only(&["PermitDenied", "OpinionsConcluded"]);
}

#[test]
fn conditions_go_with_the_approval_in_one_conclusion() {
    asked()
        .by("water-1")
        .when(opine("A6", "water", on_conditions()))
        .by("nr-1")
        .when(opine("A6", "natural-resources", Opinion::Agree))
        .by("housing-2")
        .when(approve("A6", "2023-06-12"))
        .then(|events| {
            let [_, E::OpinionsConcluded(e)] = events else { panic!("{events:?}") };
            let all: Vec<_> = e.opinions.iter().map(|o| (o.body.as_str(), o.standing)).collect();
            assert_eq!(
                all,
                [("natural-resources", Standing::Agreed), ("water", Standing::AgreedOnConditions)]
            );
            assert_eq!(e.opinions[1].conditions, Some(text("增设隔音屏障")));
        });
}

#[test]
fn an_objection_is_dealt_with_before_any_decision() {
    let objected = || {
        asked().by("nr-1").when(opine("A6", "natural-resources", Opinion::Agree)).by("water-1").when(opine(
            "A6",
            "water",
            objection(),
        ))
    };
    objected().by("housing-2").when(approve("A6", "2023-06-12")).refused_as("ObjectionsOpen");
    objected().by("housing-2").when(deny("A6", "2023-06-12")).refused_as("ObjectionsOpen");
    objected().by("water-2").when(treat("A6", "water", Treatment::Adopted)).refused_as("NotAuthorised");
    // asking again does not make an objection go away
    objected().by("housing-2").when(ask("A6", &["water"])).refused_as("AlreadyAsked");
    objected().by("housing-2").when(unask("A6", "water")).refused_as("OpinionGivenAlready");
    for (treatment, standing) in [
        (Treatment::Adopted, Standing::ObjectionAdopted),
        (Treatment::NotAdopted, Standing::ObjectionNotAdopted),
    ] {
        objected()
            .by("housing-2")
            .when(treat("A6", "water", treatment))
            .when(approve("A6", "2023-06-12"))
            .then_only(&["PermitApproved", "OpinionsConcluded"])
            .see(|g| assert_eq!(stands(g, "A6", "water", "2023-06-12"), standing));
    }
    objected()
        .by("nr-1")
        .when(unobject("A6", "water"))
        .refused_as("NotAuthorised")
        .by("nr-1")
        .when(unobject("A6", "natural-resources"))
        .refused_as("NoObjection")
        .by("water-2")
        .when(unobject("A6", "water"))
        .by("housing-2")
        .when(approve("A6", "2023-06-12"))
        .see(|g| assert_eq!(stands(g, "A6", "water", "2023-06-12"), Standing::ObjectionWithdrawn));
}

#[test]
fn a_late_opinion_replaces_the_silence_until_the_decision_and_only_stands_beside_it_after() {
    asked()
        .on("2023-06-19")
        .by("water-1")
        .when(opine("A6", "water", objection()))
        .then(|events| {
            assert!(matches!(events.last(), Some(E::OpinionGiven(e)) if e.late && !e.after_decision));
        })
        .by("housing-2")
        .when(approve("A6", "2023-06-19"))
        .refused_as("ObjectionsOpen");
    asked()
        .on("2023-06-19")
        .by("housing-2")
        .when(approve("A6", "2023-06-19"))
        .by("water-1")
        .when(opine("A6", "water", objection()))
        .then(|events| assert!(matches!(events, [E::OpinionGiven(e)] if e.late && e.after_decision)))
        .see(|g| {
            assert_eq!(stands(g, "A6", "water", "2023-06-19"), Standing::SilentAgreed);
            assert!(!g.round("A6").opinions.of(&p("water")).unwrap().objects());
        })
        .by("housing-2")
        .when(treat("A6", "water", Treatment::NotAdopted))
        .refused_as("AlreadyDecided");
}

#[test]
fn r16_a_decision_does_not_rest_on_what_came_later_than_its_day() {
    asked()
        .by("nr-1")
        .when(opine("A6", "natural-resources", Opinion::Agree))
        .on("2023-06-14")
        .by("water-1")
        .when(opine("A6", "water", Opinion::Agree))
        .by("housing-2")
        .effective("2023-06-13")
        .when(approve("A6", "2023-06-13"))
        .refused_as("OpinionsAwaited")
        .when(approve("A6", "2023-06-14"))
        .then_only(&["PermitApproved", "OpinionsConcluded"]);
}

#[test]
fn r16_an_opinion_given_in_time_and_recorded_late_is_in_time() {
    asked()
        .on("2023-06-19")
        .passes()
        .by("water-1")
        .effective("2023-06-15")
        .when(opine("A6", "water", Opinion::Agree))
        .then(|events| assert!(matches!(events, [E::OpinionGiven(e)] if !e.late)))
        .see(|g| assert!(!g.round("A6").opinions.of(&p("water")).unwrap().is_overdue(p("2023-06-20"))));
}

#[test]
fn opinions_stop_no_clock_and_move_no_custody() {
    let before = joint();
    let dues = before.dues("A6");
    before.when(ask("A6", &[])).see(|g| {
        assert_eq!(g.dues("A6"), dues);
        assert_eq!(g.permit("A6").custody.holder.as_str(), "housing");
        assert_eq!(g.round("A6").opinions.count(), (0, 2));
    });
}

#[test]
fn a_department_asked_again_answers_anew() {
    asked()
        .by("nr-1")
        .when(opine("A6", "natural-resources", Opinion::Agree))
        .by("water-1")
        .when(opine("A6", "water", objection()))
        .by("housing-2")
        .when(treat("A6", "water", Treatment::Adopted))
        .when(ask("A6", &["water"]))
        .when(approve("A6", "2023-06-12"))
        .refused_as("OpinionsAwaited")
        .by("water-1")
        .when(opine("A6", "water", Opinion::Agree))
        .by("housing-2")
        .when(approve("A6", "2023-06-12"))
        .see(|g| assert_eq!(stands(g, "A6", "water", "2023-06-12"), Standing::Agreed));
}

#[test]
fn r18_who_applied_gives_no_opinion_on_it() {
    given(wide_plan())
        .on("2023-06-12")
        .by("dr-1")
        .when(submit("A7", &["form", "map"]))
        .when(accept("A7", "2023-06-12"))
        .when(ask_until("A7", &["city-investment"], Some(OpinionTerm::WorkingDays(3))))
        .by("owner")
        .when(opine("A7", "city-investment", Opinion::Agree))
        .then_only(&["OpinionGiven"]);
    given(wide_plan())
        .on("2023-06-12")
        .by("owner")
        .when(submit("A7", &["form", "map"]))
        .by("dr-1")
        .when(accept("A7", "2023-06-12"))
        .when(ask_until("A7", &["city-investment"], Some(OpinionTerm::WorkingDays(3))))
        .by("owner")
        .when(opine("A7", "city-investment", Opinion::Agree))
        .refused_as("SeparationOfDuties");
}

#[test]
fn r20_a_holiday_notice_moves_the_last_day_of_opinions_awaited() {
    use om_domain::matter::MatterCommand as C;
    let g = asked().by("water-1").when(opine("A6", "water", Opinion::Agree)).on("2023-06-13");
    let calendar = super::clocks::amended(&[(6, 14)], &[]);
    g.calendar(calendar)
        .by("system")
        .when(C::ReviseDueDates { notice: text("放假安排") })
        .then(|events| {
            let revised: Vec<_> = events
                .iter()
                .filter_map(|e| if let E::OpinionDuesRevised(e) = e { Some(e) } else { None })
                .collect();
            let [one] = revised[..] else { panic!("{events:?}") };
            let dues: Vec<_> = one.dues.iter().map(|(b, due)| (b.as_str(), Some(due.date))).collect();
            assert_eq!(dues, [("natural-resources", day("2023-06-16"))]);
        })
        .on("2023-06-16")
        .passes()
        .then(|events| assert!(!events.iter().any(|e| matches!(e, E::OpinionOverdue(_)))));
}

#[test]
fn what_the_template_asks_for_is_no_amendments_to_drop() {
    let plan = wide_plan();
    let a6 = plan.permit(&p("A6")).unwrap();
    for change in [
        |a6: &mut om_domain::matter::plan::PlannedPermit| a6.opinions = None,
        |a6: &mut om_domain::matter::plan::PlannedPermit| drop(a6.cooperating.pop()),
    ] {
        let mut changed = a6.clone();
        change(&mut changed);
        given(plan.clone())
            .on("2023-06-12")
            .by("lead")
            .when(amend(vec![changed], &[]))
            .refused_as("LawIsNotAmended");
    }
}

#[test]
fn a_template_says_what_opinions_a_permit_needs() {
    use om_domain::template::SHIPPED;
    let bodies =
        om_domain::directory::parse(om_domain::directory::SHIPPED).unwrap().bodies.into_keys().collect();
    for (id, text) in SHIPPED.iter().filter(|(id, _)| *id != "rural-house") {
        let template = om_domain::template::parse(text, &bodies).unwrap();
        for (code, silence) in [("B1", Silence::Agree), ("D1", Silence::Nothing)] {
            let planned = template.permits.iter().find(|p| p.code.as_str() == code).unwrap();
            let opinions = planned.opinions.as_ref().unwrap_or_else(|| panic!("{id} {code}"));
            assert_eq!(opinions.overdue_counts_as, silence);
        }
    }
    let faulty = SHIPPED[0].1.replace("overdue_counts_as = \"agree\"", "overdue_counts_as = \"perhaps\"");
    assert!(om_domain::template::parse(&faulty, &bodies).is_err());
}
