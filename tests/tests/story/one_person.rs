//! One person of several accounts: where the directory knows it, what two persons must do is not done by two accounts of one.

use om_domain::directory;
use om_tests::house::{Case, House, STORY, Seen};
use serde_json::{Value, json};
use uuid::Uuid;

const KEEPER: &str = "security-administrator";

/// A name put into the vault, about itself or about whom another text is about.
async fn put(house: &House, text: &str, subject: Value) -> String {
    let query = "mutation($i: PutTextInput!) { putText(input: $i) { ref } }";
    let input =
        json!({ "commandId": Uuid::new_v4(), "class": "PERSON_NAME", "text": text, "subject": subject });
    let answer = house.ask(KEEPER, query, json!({ "i": input })).await;
    answer["putText"]["ref"].as_str().unwrap_or_default().to_owned()
}

async fn name(house: &House, by: &str, account: &str, person: &str) -> Seen {
    let input = json!({ "officer": format!("officer:{account}"), "person": person });
    house.on_register(by, "nameOfficer", input).await
}

/// The shipped directory without these accounts.
fn without(accounts: &[&str]) -> String {
    let is_one =
        |block: &&str| accounts.iter().any(|account| block.contains(&format!("\nid = \"{account}\"\n")));
    let blocks: Vec<_> = directory::SHIPPED.split("[[officer]]").filter(|block| !is_one(block)).collect();
    blocks.join("[[officer]]")
}

/// Whether an account may approve the water permit, and the refusal's code where not.
async fn may_approve(case: &Case, user: &str) -> Value {
    let can = case.see_as(user, "permit(code: \"W\") { can { name allowed code } }", Value::Null).await;
    let all = can.all("permit.can");
    let approve = all.into_iter().find(|action| action.0["name"] == "approvePermit");
    approve.map(|action| json!([action.0["allowed"], action.0["code"]])).unwrap_or_default()
}

/// Two accounts that were registered as one person's: the window's, which hands in, and the department's, which decides.
#[tokio::test]
async fn r18_who_handed_in_at_the_window_does_not_decide_in_the_department() {
    let house = House::with_directory(&without(&["clerk", "wa-officer-1"])).await;
    house.template(STORY).await;
    let person = put(&house, "欧阳小明", Value::Null).await;
    let again = put(&house, "欧阳 小明", json!(person)).await;
    for (account, body, role, name) in
        [("clerk", "government-services", "CLERK", &person), ("wa-officer-1", "water", "OFFICER", &again)]
    {
        let officer = json!({ "officer": format!("officer:{account}"), "body": format!("body:{body}"), "roles": [role],
            "post": format!("{account} 岗"), "person": name });
        house.on_register(KEEPER, "registerOfficer", officer).await.shows("entries", 1);
    }
    let case = Case::begin(&house, "story", 1).await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;

    assert_eq!(may_approve(&case, "wa-officer-1").await, json!([false, "SeparationOfDuties"]));
    let refused = case.by("wa-officer-1").approve("W").refused("SeparationOfDuties").await;
    let refused = refused.by("R18", "行政许可法 34");
    assert!(refused.zh.contains("wa-officer-1 岗") && refused.zh.contains("本人经手提出申请"), "{refused:?}");
    case.by("wa-officer-1").deny("W").refused("SeparationOfDuties").await;
    case.by("wa-officer-2").check("W", &["wa-officer-1", "wa-officer-2"]).refused("SeparationOfDuties").await;

    // whoever gives the window's account up has handed in all the same
    let gone = json!({ "officer": "officer:clerk", "reason": "调离窗口" });
    house.on_register(KEEPER, "retireOfficer", gone).await.shows("entries", 1);
    case.by("wa-officer-1").approve("W").refused("SeparationOfDuties").await;

    assert_eq!(may_approve(&case, "wa-officer-2").await, json!([true, null]));
    case.by("wa-officer-2").approve("W").done().await;
    case.last("PermitApproved").await.all.shows("actor", "officer:wa-officer-2");
}

/// Accounts that an import brought in have no person until they are named.
#[tokio::test]
async fn r18_accounts_that_were_imported_are_named_and_held_to_be_one_person() {
    let case = Case::story().await;
    let house = &case.house;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    assert_eq!(may_approve(&case, "wa-officer-1").await, json!([true, null]), "nobody has said who is who");

    let person = put(house, "欧阳小明", Value::Null).await;
    let again = put(house, "欧阳 小明", json!(person)).await;
    name(house, "administrator", "clerk", &person).await.shows("code", "NotSecurityAdministrator");
    name(house, KEEPER, "nobody", &person).await.shows("code", "NoSuchOfficer");
    name(house, KEEPER, "clerk", &person).await.shows("entries", 1);
    name(house, KEEPER, "clerk", &again).await.shows("entries", 0);
    name(house, KEEPER, "wa-officer-1", &again).await.shows("entries", 1);

    assert_eq!(may_approve(&case, "wa-officer-1").await, json!([false, "SeparationOfDuties"]));
    case.by("wa-officer-1").approve("W").refused("SeparationOfDuties").await.by("R18", "行政许可法 34");

    // two accounts of one person are no two officers
    let second = put(house, "李小红", Value::Null).await;
    for account in ["wa-officer-2", "wa-head"] {
        name(house, KEEPER, account, &second).await.shows("entries", 1);
    }
    let few =
        case.by("wa-officer-2").check("W", &["wa-officer-2", "wa-head"]).refused("TwoOfficersNeeded").await;
    few.by("R18", "行政许可法 34").says("given", 1);
    case.by("wa-officer-2").approve("W").done().await;

    let query = "{ directory { officers { id person { ref } } } }";
    let seen = house.ask("auditor", query, json!({})).await;
    let officers = seen["directory"]["officers"].as_array().cloned().unwrap_or_default();
    let named = officers.iter().filter(|officer| officer["person"]["ref"] == json!(person)).count();
    assert_eq!(named, 2, "one name for one person: {seen}");
}

#[tokio::test]
async fn r18_naming_makes_no_two_of_the_three_administrators_one_person() {
    let house = House::open().await;
    let person = put(&house, "欧阳小明", Value::Null).await;
    let again = put(&house, "欧阳 小明", json!(person)).await;
    name(&house, KEEPER, KEEPER, &person).await.shows("entries", 1);
    for other in ["administrator", "audit-administrator", "auditor", "clerk"] {
        let refused = name(&house, KEEPER, other, &again).await;
        refused.shows("code", "SamePerson").shows("rule", "R18");
    }
    let colleague = json!({ "officer": "officer:security-2", "body": "body:government-services",
        "roles": ["SECURITY_ADMINISTRATOR"] });
    house.on_register(KEEPER, "registerOfficer", colleague).await.shows("entries", 1);
    name(&house, KEEPER, "security-2", &again).await.shows("code", "OwnRoles").shows("rule", "R18");
    let other = put(&house, "李小红", Value::Null).await;
    name(&house, KEEPER, "administrator", &other).await.shows("entries", 1);

    // no name at all is none
    let phone = json!({ "i": { "commandId": Uuid::new_v4(), "class": "CONTACT", "text": "13800138000" } });
    let query = "mutation($i: PutTextInput!) { putText(input: $i) { ref } }";
    let phone = house.ask("clerk", query, phone).await["putText"]["ref"].clone();
    let query = "mutation($i: NameOfficerInput!) { nameOfficer(input: $i) { __typename } }";
    for given in [phone, json!("vault:01ARZ3NDEKTSV4RRFFQ69G5FAV")] {
        let input = json!({ "commandId": Uuid::new_v4(), "officer": "officer:lead", "person": given });
        let refused = house.post(KEEPER, query, json!({ "i": input })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
    }
}
