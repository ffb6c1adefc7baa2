//! Who may do what: by role, by body, by account; and what `can` tells before anybody tries (R18).

use om_tests::house::{Case, House, STORY};
use serde_json::{Value, json};

const FILE: &[&str] = &["form", "seal", "proof", "photo"];

#[tokio::test]
async fn r18_each_act_is_for_its_own_people_and_an_auditor_acts_on_nothing() {
    let case = Case::story().await;
    case.at("2023-06-12");
    for user in ["auditor", "supervisor", "mayor", "nr-officer-1"] {
        case.by(user).submit("W", FILE).refused("NotAuthorised").await;
    }
    // who sees no matter is not told that there is one
    case.by("administrator").submit("W", FILE).refused("NoSuchMatter").await;
    // The window, the implementing body and the lead department may.
    case.by("tongle-officer-1").submit("W", FILE).done().await;
    for user in ["clerk", "lead", "nr-officer-1", "tongle-officer-1", "auditor"] {
        case.by(user).accept("W").refused("NotAuthorised").await;
    }
    case.by("wa-officer-1").accept("W").done().await;
    for user in ["clerk", "lead", "deputy", "mayor", "nr-head", "auditor"] {
        case.by(user).approve("W").refused("NotAuthorised").await;
    }
    case.by("wa-officer-1")
        .extend("W", 5)
        .refused("NotAuthorised")
        .await
        .says("needs", json!({ "kind": "head_of", "body": "water" }));
}

#[tokio::test]
async fn what_can_says_is_what_the_command_is_answered() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    for user in ["wa-officer-1", "wa-head", "clerk", "lead", "nr-officer-1", "auditor"] {
        let can = case.permit_as(user, "W", Value::Null).await;
        let told = can.one("can", "name", "approvePermit");
        let revision = case.revision().await;
        // Asked with a revision that is not the matter's, an allowed act ends as a conflict and changes nothing.
        let answer = case.by(user).approve("W").expecting(revision + 100).answer().await;
        assert!(matches!(answer, om_tests::house::Answer::Conflict(_)), "{answer:?}");
        if told.at("allowed") == false {
            let code = told.at("code").as_str().unwrap().to_owned();
            case.by(user).approve("W").refused(&code).await;
        } else {
            assert!(["wa-officer-1", "wa-head"].contains(&user), "{user}");
        }
        assert_eq!(case.revision().await, revision);
    }
}

#[tokio::test]
async fn another_county_finds_nothing() {
    let case = Case::story().await;
    let query = "query($id: ID!) { matter(id: $id) { phase } }";
    let answer = case.post("stranger", query, json!({ "id": case.id })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
    case.by("stranger").submit("W", FILE).refused("NoSuchMatter").await;
}

#[tokio::test]
async fn a_role_taken_away_is_gone_with_the_next_request() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", FILE).done().await;
    let roles = json!({ "officer": "officer:wa-officer-1", "roles": ["AUDITOR"] });
    let done = case.on_register("security-administrator", "changeRoles", roles).await;
    done.shows("__typename", "RegisterCommandDone");
    case.by("wa-officer-1").accept("W").refused("NotAuthorised").await;
    let own = json!({ "officer": "officer:security-administrator", "roles": ["AUDITOR"] });
    let refused = case.on_register("security-administrator", "changeRoles", own).await;
    refused.shows("__typename", "CommandRefused").shows("rule", "R18");
}

#[tokio::test]
async fn a_retired_account_is_nobody_and_what_it_did_stays_known() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let retire = json!({ "officer": "officer:wa-officer-1", "reason": "调离" });
    let done = case.on_register("security-administrator", "retireOfficer", retire).await;
    done.shows("__typename", "RegisterCommandDone");
    let answer = case.post("wa-officer-1", "{ me { officer } }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer}");
    case.last("PermitAccepted").await.all.shows("actor", "officer:wa-officer-1");
    case.by("wa-officer-2").approve("W").done().await;
}

#[tokio::test]
async fn one_project_has_one_code_and_one_matter_until_it_is_given_up() {
    let house = House::open().await;
    house.template(STORY).await;
    let case = Case::begin(&house, "story", 1).await;
    let second = Case::proposal(&house, "clerk", 1, json!({})).refused("ProjectCodeTaken").await;
    assert!(second.source.contains("政府投资条例 10"), "{second:?}");
    case.by("clerk").act("terminateMatter", json!({ "reason": "项目取消" })).refused("NotAuthorised").await;
    case.by("lead").act("terminateMatter", json!({ "reason": "项目取消" })).done().await;
    case.by("clerk").submit("W", FILE).refused("WrongPhase").await;
    house.time_passes().await;
    Case::proposal(&house, "clerk", 1, json!({})).done().await;
}

#[tokio::test]
async fn completed_by_the_lead_once_nothing_is_open() {
    let house = House::open().await;
    house.template(STORY).await;
    let case = Case::begin(&house, "story", 1).await;
    let complete = || case.by("lead").act("completeMatter", json!({}));
    case.at("2023-06-12").issued("W", FILE, "wa-officer-1").await;
    case.issued("L", &[], "nr-officer-1").await;
    case.approved("E", &["eia", "letter"], "ec-officer-1").await;
    case.by("dr-officer-1").not_applicable("J").done().await;
    case.accepted("C", &["deed"], "hc-officer-1").await;
    case.by("hc-officer-1").check("C", &["hc-officer-1", "hc-officer-2"]).done().await;
    case.by("hc-officer-1").approve("C").done().await;
    complete().refused("NotFinished").await.says("permits", json!(["C", "F"]));
    case.by("hc-officer-1").issue("C").done().await;
    case.by("clerk").submit("F", &[]).done().await;
    case.by("hc-officer-1").accept("F").refused("RequirementsUnmet").await;
    case.by("nr-officer-1").reach("works-completed").refused("NotAuthorised").await;
    case.by("tongle-officer-1").reach("works-completed").done().await;
    case.by("lead").reach("works-completed").refused("MilestoneAlreadyReached").await;
    case.by("hc-officer-1").accept("F").done().await;
    case.by("hc-officer-1").approve("F").done().await;
    case.by("clerk").act("completeMatter", json!({})).refused("NotAuthorised").await;
    complete().done().await;
    assert_eq!(case.phase().await, "COMPLETED");
    case.by("lead").act("suspendMatter", json!({ "reason": "晚了" })).refused("WrongPhase").await;
}
