//! One package at the window for many permits; what was given once is not asked for again.

use super::given::*;
use om_domain::matter::{
    MatterEvent as E, MatterRefusal as R, event::PackageReceived, plan::Gate, refusal::Because,
};

fn begun() -> Given {
    given(wide_plan()).on("2023-06-12").by("window")
}

#[test]
fn a_package_reaches_every_department_at_the_same_moment_under_one_receipt() {
    begun()
        .when(package(&[("A1", &["form", "seal"]), ("A5", &[]), ("A6", &["seal"])]))
        .then(|events| {
            let [
                E::PackageReceived(one),
                E::PermitSubmitted(a1),
                E::PermitSubmitted(a5),
                E::PermitSubmitted(a6),
                rest @ ..,
            ] = events
            else {
                panic!("{events:?}")
            };
            assert_eq!(one.number.as_str(), "2306-530322-04-01-123456-收001");
            assert_eq!(Some(one.received_on), day("2023-06-12"));
            let rounds: Vec<_> = one.permits.iter().map(|p| (p.permit.as_str(), p.round)).collect();
            assert_eq!(rounds, [("A1", 1), ("A5", 1), ("A6", 1)]);
            for receipt in [a1, a5, a6] {
                assert_eq!(Some(receipt.intake_due.date), day("2023-06-19"));
            }
            assert!(matches!(rest, [E::MaterialsReused(e)] if e.permit.as_str() == "A6"), "{rest:?}");
        })
        .see(|g| {
            let moments: std::collections::BTreeSet<_> = g.log[g.log.len() - 5..g.log.len() - 1]
                .iter()
                .map(|fact| format!("{:?}", fact.effective))
                .collect();
            assert_eq!(moments.len(), 1, "one moment for all");
            assert!(g.state.package_of(&p("A5"), 1).is_some() && g.state.package_of(&p("A2"), 1).is_none());
        })
        .when(package(&[("A7", &[])]))
        .then(|events| {
            let Some(E::PackageReceived(PackageReceived { number, .. })) = events.first() else {
                panic!("{events:?}")
            };
            assert!(number.as_str().ends_with("收002"), "each package has its own number");
        });
}

#[test]
fn a_package_is_all_or_nothing_and_its_refusal_names_every_permit_and_why() {
    begun()
        .when(submit("A1", &["form"]))
        .when(package(&[("A1", &[]), ("A5", &[]), ("A6", &["bank"]), ("Z9", &[]), ("A5", &[])]))
        .refused(|refusal| {
            let R::PackageRefused { refused } = refusal else { return false };
            use om_domain::{decider::Explained, naming::Names};
            let why: Vec<_> = refused.iter().map(|r| (r.permit.as_str(), r.because.code())).collect();
            assert_eq!(
                why,
                [
                    ("A1", "AlreadySubmitted"),
                    ("A6", "NoSuchRequirement"),
                    ("Z9", "NoSuchPermit"),
                    ("A5", "TwiceInPackage")
                ]
            );
            let said = refusal.message_zh(&Names::default());
            ["A1", "A6", "Z9", "A5"].iter().all(|code| said.contains(code))
        });
    let g = begun();
    assert!(g.permit("A5").rounds.is_empty(), "nothing was received");
}

#[test]
fn a_package_is_the_windows_and_not_empty() {
    begun().when(package(&[])).refused_as("PackageEmpty");
    begun().by("dr-1").when(package(&[("A1", &["form"])])).refused_as("NotAuthorised");
    begun().by("town").when(package(&[("A1", &["form"])])).refused_as("NotAuthorised");
}

#[test]
fn r16_a_package_recorded_late_that_would_change_what_is_recorded_is_refused_by_the_permit_concerned() {
    begun()
        .when(submit("A1", &["form"]))
        .on("2023-06-13")
        .when(withdraw("A1"))
        .on("2023-06-14")
        .effective("2023-06-12")
        .when(package(&[("A1", &["form"]), ("A5", &[])]))
        .refused(|refusal| {
            let R::PackageRefused { refused } = refusal else { return false };
            matches!(&refused[..], [one] if one.permit.as_str() == "A1"
                && matches!(*one.because, R::BackfillOutOfOrder { .. }))
        });
}

#[test]
fn r03_what_lies_with_the_matter_counts_as_handed_in_and_says_where_it_lies() {
    let reused = begun().when(submit("A1", &["form", "seal"])).on("2023-06-13").when(submit("A7", &[])).then(
        |events| {
            let [E::PermitSubmitted(_), E::MaterialsReused(e)] = events else { panic!("{events:?}") };
            let [one] = &e.reused[..] else { panic!("{e:?}") };
            assert_eq!((one.handed.material.as_str(), one.from.as_str(), one.round), ("form", "A1", 1));
            assert_eq!((Some(one.received_on), &one.handed.paper), (day("2023-06-12"), &Some(paper())));
        },
    );
    reused
        .by("dr-1")
        .when(notice_correction("A7", &["material:form"], "2023-06-13"))
        .refused(|refusal| {
            matches!(refusal, R::MaterialLiesWithMatter { from, round: 1, received_on, paper: Some(_), .. }
                if from.as_str() == "A1" && Some(*received_on) == day("2023-06-12"))
        })
        .when(accept("A7", "2023-06-13"))
        .then_only(&["PermitAccepted"]);
}

#[test]
fn a_material_given_later_counts_at_once_for_the_permits_that_lack_it() {
    begun()
        .when(submit("A7", &[]))
        .then_only(&["PermitSubmitted"])
        .on("2023-06-14")
        .when(submit("A1", &["form"]))
        .then_only(&["PermitSubmitted", "MaterialsReused"])
        .see(|g| {
            assert_eq!(Some(g.day_of("MaterialsReused")), day("2023-06-14"));
            assert!(g.state.missing_at(&p("A7"), Gate::Accept, p("2023-06-14")).is_empty());
            // the day before it was not there
            let before = g.state.missing_at(&p("A7"), Gate::Accept, p("2023-06-13"));
            assert!(matches!(&before[..], [one] if one.because == Because::NotHanded));
        })
        .when(C_SETTLE)
        .then_only(&[]);
}

const C_SETTLE: om_domain::matter::MatterCommand = om_domain::matter::MatterCommand::Settle;

#[test]
fn a_permits_own_material_and_what_was_taken_back_do_not_count_for_others() {
    begun()
        .when(submit("A1", &["form", "seal"]))
        .when(submit("A6", &[]))
        .see(|g| {
            let missing = g.state.missing_at(&p("A6"), Gate::Accept, p("2023-06-12"));
            let missing: Vec<_> = missing.iter().map(|m| m.requirement.to_string()).collect();
            assert_eq!(missing, ["material:seal"], "the seal is each permit's own");
        })
        .by("housing-1")
        .when(notice_correction("A6", &["material:seal"], "2023-06-12"))
        .then_only(&["CorrectionNoticed"]);
    begun()
        .when(submit("A1", &["form"]))
        .when(withdraw("A1"))
        .when(submit("A7", &[]))
        .then_only(&["PermitSubmitted"]);
}

#[test]
fn what_is_handed_in_after_all_comes_before_what_lies_elsewhere() {
    begun()
        .when(submit("A1", &["form"]))
        .when(submit("A7", &["form"]))
        .then_only(&["PermitSubmitted"])
        .see(|g| assert!(g.round("A7").lies.elsewhere(&p("form")).is_none()));
}

#[test]
fn r16_a_receipt_recorded_late_leaves_what_another_permit_did_meanwhile_alone() {
    begun()
        .when(submit("A7", &[]))
        .on("2023-06-20")
        .passes()
        .by("window")
        .effective("2023-06-13")
        .when(submit("A1", &["form"]))
        .then(|events| assert!(events.iter().any(|e| matches!(e, E::MaterialsReused(_)))));
}
