//! The same intention sent again yields the first receipt; another under its id is a conflict; who comes second is told.

use futures::future::join_all;
use om_tests::house::{Answer, Case};

const FILE: &[&str] = &["form", "seal", "proof", "photo"];

#[tokio::test]
async fn sent_again_it_is_carried_out_once_and_answered_with_the_first_receipt() {
    let case = Case::story().await;
    let id = Case::intention();
    let first = case.at("2023-06-12").by("clerk").submit("W", FILE).under(id).done().await;
    case.by("wa-officer-1").accept("W").done().await;
    let again = case.at("2023-06-20").by("clerk").submit("W", FILE).under(id).done().await;
    assert_eq!((again.repeated, &again.events, again.last), (true, &first.events, first.last));
    assert_eq!(case.times("PermitSubmitted").await, 1);
}

#[tokio::test]
async fn another_command_or_another_person_under_the_same_id_is_a_conflict() {
    let case = Case::story().await;
    let id = Case::intention();
    case.at("2023-06-12").by("clerk").submit("W", FILE).under(id).done().await;
    let before = case.revision().await;
    let other = case.by("clerk").submit("W", &["form"]).under(id).conflict().await;
    let person = case.by("wa-officer-1").submit("W", FILE).under(id).conflict().await;
    assert_eq!((&*other.kind, &*person.kind), ("COMMAND_ID_REUSED", "COMMAND_ID_REUSED"));
    assert_eq!(case.revision().await, before);
}

#[tokio::test]
async fn sixteen_retries_at_once_are_one_command() {
    let case = Case::story().await;
    let (id, clerk) = (Case::intention(), case.at("2023-06-12"));
    let _ = clerk;
    let retries = (0..16).map(|_| case.by("clerk").submit("W", FILE).under(id).answer());
    let mut events = Vec::new();
    let mut first = 0;
    for answer in join_all(retries).await {
        let Answer::Done(done) = answer else { panic!("{answer:?}") };
        first += usize::from(!done.repeated);
        events.push(done.events);
    }
    events.dedup();
    assert_eq!((first, events.len()), (1, 1));
    assert_eq!(case.times("PermitSubmitted").await, 1);
}

#[tokio::test]
async fn who_decides_on_an_older_revision_is_told_who_was_first() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let seen = case.revision().await;
    case.by("wa-officer-1").approve("W").expecting(seen).done().await;
    let second = case.by("wa-officer-2").deny("W").expecting(seen).conflict().await;
    assert_eq!((&*second.kind, second.revision), ("MOVED_ON", Some(seen + 1)));
    assert_eq!((&*second.first_actor, &*second.first_event), ("officer:wa-officer-1", "PermitApproved"));
    case.permit("W").await.shows("status", "APPROVED");
}

#[tokio::test]
async fn a_proposal_sent_again_is_the_same_matter() {
    let case = Case::story().await;
    let id = Case::intention();
    let propose = || Case::proposal(&case.house, "clerk", 7, serde_json::json!({})).under(id);
    let (first, again) = (propose().done().await, propose().done().await);
    assert_eq!((&first.matter, again.repeated), (&again.matter, true));
}

#[tokio::test]
async fn a_proposal_that_was_carried_out_is_not_refused_for_what_is_so_by_now() {
    let case = Case::story().await;
    let id = Case::intention();
    let propose = || Case::proposal(&case.house, "lead", 7, serde_json::json!({}));
    let first = propose().under(id).done().await;
    let given_up = Case { house: case.house.clone(), id: first.matter.clone() };
    given_up.by("lead").act("terminateMatter", serde_json::json!({ "reason": "项目取消" })).done().await;
    case.time_passes().await;
    let second = propose().done().await;
    assert_ne!(first.matter, second.matter, "the code was released");
    let again = propose().under(id).done().await;
    assert_eq!((again.repeated, &again.matter, &again.events), (true, &first.matter, &first.events));
    // nor does the id reserve another code
    let other = Case::proposal(&case.house, "lead", 8, serde_json::json!({}));
    assert_eq!(other.under(id).conflict().await.kind, "COMMAND_ID_REUSED");
    Case::proposal(&case.house, "clerk", 8, serde_json::json!({})).done().await;
}
