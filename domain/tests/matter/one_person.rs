//! One person of several accounts: what separation of duties keeps apart by account, it keeps apart by person.

use super::given::*;
use om_domain::{
    decider::Actor,
    matter::{MatterCommand as C, MatterReads, MatterRefusal, can_on_permit, plan::Mode},
};

/// An account whose person has these others.
fn also(name: &str, others: &[&str]) -> Actor {
    Actor { other_accounts: others.iter().map(|other| p(other)).collect(), ..actor(name) }
}

/// The directory knows that two accounts are one person.
fn one_person(one: &'static str, other: &'static str) -> impl FnOnce(&mut MatterReads) {
    move |reads| reads.officers.extend([(p(one), also(one, &[other])), (p(other), also(other, &[one]))])
}

fn received(applied_by: &str) -> Given {
    given(plan())
        .on("2023-06-12")
        .by(applied_by)
        .when(submit("A1", &["form", "seal", "safety", "title", "bank"]))
}

impl Given {
    fn by_person(mut self, name: &str, others: &[&str]) -> Self {
        self.by = also(name, others);
        self
    }
}

#[test]
fn r18_who_applied_by_one_account_does_not_decide_by_another() {
    let g = received("window").by_person("dr-1", &["window"]).when(accept("A1", "2023-06-12"));
    g.clone().when(approve("A1", "2023-06-12")).refused(|refusal| {
        matches!(refusal, MatterRefusal::SeparationOfDuties { officer, because }
            if officer.as_str() == "dr-1" && because.as_str().contains("本人经手提出申请"))
    });
    g.clone().when(deny("A1", "2023-06-12")).refused_as("SeparationOfDuties");
    g.by_person("dr-2", &["town"]).when(approve("A1", "2023-06-12")).then_only(&["PermitApproved"]);
}

#[test]
fn r18_the_same_is_refused_as_where_one_account_did_both() {
    let by_one = received("dr-1").when(accept("A1", "2023-06-12"));
    by_one.when(approve("A1", "2023-06-12")).refused_as("SeparationOfDuties");
}

#[test]
fn r18_what_one_account_handled_the_same_person_does_not_tolerate_as_head() {
    let g =
        given(plan()).on("2023-06-12").by("window").when(submit("A1", &["form", "seal", "safety", "title"]));
    let g = g.by("dr-1").when(accept("A1", "2023-06-12"));
    let commitment = || tolerate("A1", "material:bank", Mode::Commitment, "2023-06-20");
    g.clone().by_person("dr-head", &["dr-1"]).when(commitment()).refused_as("SeparationOfDuties");
    g.by_person("dr-head", &["dr-2"]).when(commitment()).then_only(&["DeficiencyTolerated"]);
}

#[test]
fn r18_two_accounts_of_one_person_are_no_two_officers_at_a_check() {
    let g = received("window").by("dr-1").when(accept("A1", "2023-06-12"));
    let two = || check("A1", &["dr-1", "dr-2"], true);
    g.clone()
        .read(one_person("dr-1", "dr-2"))
        .when(two())
        .refused(|refusal| *refusal == MatterRefusal::TwoOfficersNeeded { given: 1 });
    g.clone()
        .read(one_person("dr-1", "dr-2"))
        .when(check("A1", &["dr-1", "dr-2", "dr-head"], true))
        .then_only(&["CheckRecorded"]);
    g.when(two()).then_only(&["CheckRecorded"]);
}

#[test]
fn r18_who_applied_by_one_account_does_not_check_by_another() {
    let g = received("window").by("dr-1").when(accept("A1", "2023-06-12"));
    let g = g.read(one_person("window", "dr-2"));
    g.when(check("A1", &["dr-1", "dr-2"], true)).refused_as("SeparationOfDuties");
}

#[test]
fn r18_ones_own_other_account_is_no_second_person() {
    let g = received("window").by("dr-1").when(accept("A1", "2023-06-12")).on("2023-06-13");
    let entry = g.entry("PermitSubmitted");
    let correct =
        |second| -> C { correct_entry("A1", entry, received_on("2023-06-12", "2023-06-11"), second) };
    let g = g.by_person("dr-1", &["dr-2"]);
    g.clone().when(correct("dr-2")).refused_as("SecondPersonNeeded");
    g.when(correct("dr-head")).then_only(&["EntryCorrected"]);
}

#[test]
fn r18_the_record_names_the_account_alone() {
    let g = received("window").by_person("dr-1", &["dr-2"]).when(accept("A1", "2023-06-12"));
    g.see(|g| assert_eq!(g.log.last().unwrap().by, actor("dr-1")));
}

#[test]
fn r18_what_one_may_do_says_so_before_it_is_asked() {
    let g = received("window").by("dr-1").when(accept("A1", "2023-06-12"));
    let can = |others: &[&str], name: &str| {
        let by = also("dr-1", others);
        let all = can_on_permit(&g.state, &p("A1"), &g.context(&by, None));
        all.into_iter().find(|can| can.action == name).unwrap().refusal
    };
    assert_eq!(can(&[], "approvePermit"), None);
    assert!(matches!(can(&["window"], "approvePermit"), Some(MatterRefusal::SeparationOfDuties { .. })));
    assert_eq!(can(&["window"], "recordCheck"), can(&[], "recordCheck"), "colleagues are other people");
}
