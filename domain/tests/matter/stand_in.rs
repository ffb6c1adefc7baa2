//! Stand-in officers (AB岗): what the post may do, never what separation of duties keeps apart.

use super::given::*;
use om_domain::{
    decider::Actor,
    matter::{MatterCommand as C, plan::Mode},
};

/// One of a body in the place of another, with the roles of that post.
fn in_place_of(name: &str, principal: &str) -> Actor {
    let (own, post) = (actor(name), actor(principal));
    assert_eq!(own.body, post.body, "stand-ins are of one body");
    Actor { roles: post.roles, stands_in_for: Some(post.officer), ..own }
}

impl Given {
    fn by_actor(mut self, by: Actor) -> Self {
        self.by = by;
        self
    }
}

fn received(applied_by: &str) -> Given {
    given(plan()).on("2023-06-12").by(applied_by).when(submit("A1", &["form", "seal", "safety", "title"]))
}

fn commitment() -> C {
    tolerate("A1", "material:bank", Mode::Commitment, "2023-06-20")
}

#[test]
fn r18_the_stand_in_does_what_the_post_may_and_the_record_says_for_whom() {
    let g = received("window").by("dr-2").when(accept("A1", "2023-06-12"));
    g.clone().by("dr-1").when(commitment()).refused_as("NotAuthorised");
    g.by_actor(in_place_of("dr-1", "dr-head")).when(commitment()).then_only(&["DeficiencyTolerated"]).see(
        |g| {
            let by = &g.log.last().unwrap().by;
            assert_eq!((by.officer.as_str(), by.stands_in_for.as_ref()), ("dr-1", Some(&p("dr-head"))));
        },
    );
}

#[test]
fn r18_what_they_handled_themselves_they_do_not_decide_as_the_head() {
    let g = received("window").by("dr-1").when(accept("A1", "2023-06-12"));
    g.by_actor(in_place_of("dr-1", "dr-head")).when(commitment()).refused_as("SeparationOfDuties");
}

#[test]
fn r18_what_the_principal_handled_the_stand_in_does_not_decide_either() {
    let g = received("window").by("dr-head").when(accept("A1", "2023-06-12"));
    g.by_actor(in_place_of("dr-1", "dr-head")).when(commitment()).refused_as("SeparationOfDuties");
}

#[test]
fn r18_neither_decides_what_the_other_applied_for() {
    for applied_by in ["dr-1", "dr-head"] {
        let g = received(applied_by).by("window").when(supply("A1", &["bank"])).by("dr-2");
        let g = g.when(accept("A1", "2023-06-12")).by_actor(in_place_of("dr-1", "dr-head"));
        g.when(approve("A1", "2023-06-12")).refused_as("SeparationOfDuties");
    }
}

#[test]
fn r18_principal_and_stand_in_are_no_two_persons() {
    let g = received("window").by("dr-2").when(accept("A1", "2023-06-12")).on("2023-06-13");
    let entry = g.entry("PermitSubmitted");
    let correct = |second| correct_entry("A1", entry, received_on("2023-06-12", "2023-06-11"), second);
    let known = |reads: &mut om_domain::matter::MatterReads| {
        reads.officers.extend(["dr-head", "dr-2"].map(|name| (p(name), actor(name))));
    };
    let g = g.read(known).by_actor(in_place_of("dr-1", "dr-head"));
    g.when(correct("dr-head")).refused_as("SecondPersonNeeded");
}

#[test]
fn a_place_held_by_name_is_not_stood_in_for() {
    let g = given(plan()).on("2023-06-12").by_actor(in_place_of("deputy", "lead"));
    let suspended = C::SuspendMatter { reason: text("等资金") };
    g.clone().when(suspended.clone()).then_only(&["MatterSuspended"]);
    let stranger = Actor { officer: p("somebody"), ..in_place_of("deputy", "lead") };
    g.by_actor(stranger).when(suspended).refused_as("NotAuthorised");
}
