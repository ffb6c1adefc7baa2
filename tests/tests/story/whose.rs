//! Whose a text is, who may say so, and what an order on a person takes with it (个人信息).

use om_tests::house::{Case, House, STORY};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::persons::{about, on_contact, put, put_by, recorded_only, unmask};

const WHO: &str = "query($id: ID!) { personRecord(id: $id) { subjects restrictedSince erasedOn unmasked entries { kind } } }";

/// Who may say that a text is about somebody could have that person erased, or keep them from it.
#[tokio::test]
async fn r23_whose_a_text_is_nobody_says_of_a_person_that_is_not_theirs_to_name() {
    let house = House::open().await;
    house.at("2023-06-01");
    house.template(STORY).await;
    Case::begin(&house, "story", 1).await;
    let keeper = "security-administrator";
    let li = put(&house, "PERSON_NAME", "李小红", json!("officer:li")).await;
    let account =
        json!({ "officer": "officer:li", "body": "body:water", "roles": ["OFFICER"], "person": li });
    house.on_register(keeper, "registerOfficer", account).await.shows("entries", 1);

    // of an account, by its id or by the reference of its name, which the directory shows to everybody
    for (subject, user) in [
        ("officer:li", "clerk"),
        (li.as_str(), "clerk"),
        ("officer:security-administrator", "wa-officer-1"),
        ("officer:nobody-here", "clerk"),
    ] {
        let refused = put_by(&house, user, "PERSON_NAME", "钱七", json!(subject)).await;
        assert_eq!(
            refused["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{user} about {subject}: {refused}"
        );
    }
    let refused = put_by(&house, keeper, "PERSON_NAME", "平台", json!("officer:platform")).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
    let own = put_by(&house, "wa-officer-1", "CONTACT", "13700137000", json!("officer:wa-officer-1")).await;
    assert!(own["data"]["putText"]["ref"].is_string(), "about themselves: {own}");

    // an officer's name is no contact, or an order on the contact would take the officer
    let refused = on_contact(&house, "clerk", "nameContact", json!({ "name": li })).await;
    assert_eq!(refused["code"], "NoSuchText", "{refused}");

    // of a contact, by who works on none of the applicant's matters: neither tied to, nor named as one's own, nor then opened
    let name = put(&house, "PERSON_NAME", "欧阳小明", Value::Null).await;
    let phone = put(&house, "CONTACT", "13812345678", json!(name)).await;
    let both = json!({ "name": name, "phone": phone });
    assert_eq!(on_contact(&house, "clerk", "nameContact", both.clone()).await["entries"], 1);
    house.platform.projections.caught_up().await.unwrap();
    let refused = put_by(&house, "ag-officer-1", "PERSON_NAME", "钱七", json!(name)).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND", "{refused}");
    let mut elsewhere = both;
    elsewhere["applicant"] = json!("applicant:other");
    let refused = house.on_register("ag-officer-1", "nameContact", elsewhere.clone()).await.0;
    assert_ne!(refused["__typename"], "RegisterCommandDone", "{refused}");
    let done = house.on_register("clerk", "nameContact", elsewhere).await.0;
    assert_eq!(done["entries"], 1, "who sees the contact may name it at another applicant, too: {done}");
    house.platform.projections.caught_up().await.unwrap();
    let still = unmask(&house, "wa-officer-1", &phone, "通知").await;
    assert_eq!(still["text"], "13812345678", "and it stays open to who saw it: {still}");

    // nor is a contact's name an officer's: the directory would show it to everybody
    let account = json!({ "officer": "officer:con", "body": "body:water", "roles": ["OFFICER"], "person": name,
        "commandId": Uuid::new_v4() });
    let register = "mutation($i: RegisterOfficerInput!) { registerOfficer(input: $i) { __typename } }";
    let refused = house.post(keeper, register, json!({ "i": account })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
}

/// A text about an account is that account's person, whether or not the directory has its name.
#[tokio::test]
async fn r18_a_text_about_an_administrators_account_names_nobody_else() {
    let house = House::open().await;
    let keeper = "security-administrator";
    let register = "mutation($i: RegisterOfficerInput!) { registerOfficer(input: $i) { __typename
        ... on RegisterCommandDone { entries } ... on CommandRefused { code } } }";
    let registered = async |id: &str, role: &str, name: &str| {
        let input = json!({ "officer": id, "body": "body:government-services", "roles": [role], "person": name,
            "commandId": Uuid::new_v4() });
        house.post(keeper, register, json!({ "i": input })).await
    };
    // the shipped administrators have no name in the directory
    for own in ["officer:security-administrator", "officer:administrator", "officer:auditor"] {
        let name = put(&house, "PERSON_NAME", "欧阳小明", json!(own)).await;
        let refused = registered("officer:my-lead", "LEAD", &name).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{own}: {refused}");
        assert!(refused.to_string().contains(own.trim_start_matches("officer:")), "it says whose: {refused}");
    }
    let first = put(&house, "PERSON_NAME", "李小红", Value::Null).await;
    let done = registered("officer:sys2", "ADMINISTRATOR", &first).await;
    assert_eq!(done["data"]["registerOfficer"]["entries"], 1, "{done}");
    let second = put(&house, "PERSON_NAME", "李 小红", json!("officer:sys2")).await;
    let refused = registered("officer:sec3", "SECURITY_ADMINISTRATOR", &second).await;
    assert_eq!(refused["data"]["registerOfficer"]["code"], "SamePerson", "{refused}");
}

/// Of an order that was broken off after its first subject, the next start does the rest.
#[tokio::test]
async fn r23_an_order_that_was_broken_off_is_ended_by_the_next_start() {
    let house = House::open().await;
    let name = put(&house, "PERSON_NAME", "欧阳小明", Value::Null).await;
    let account =
        json!({ "officer": "officer:new-one", "body": "body:water", "roles": ["OFFICER"], "person": name });
    house.on_register("security-administrator", "registerOfficer", account).await.shows("entries", 1);
    let own = put(&house, "CONTACT", "13812345678", json!("officer:new-one")).await;
    let (county, vault) = ("530322".parse().unwrap(), &house.platform.vault);
    let named = vault.look(&county, &name.parse().unwrap()).await.unwrap().unwrap().subject;
    let other = om_domain::person::Subject::Officer("new-one".parse().unwrap());
    recorded_only(&house, &named, [named.clone(), other].into()).await;

    house.platform.reapply_erasures().await.unwrap();
    for text in [&name, &own] {
        assert!(vault.get(&county, &text.parse().unwrap()).await.unwrap().is_none(), "{text}");
    }
    let query = "query($id: ID!) { personRecord(id: $id) { erasedOn entries { kind reason orderedBy } } }";
    let record =
        house.ask("auditor", query, json!({ "id": "officer:new-one" })).await["personRecord"].clone();
    assert!(record["erasedOn"].is_string(), "{record}");
    let ordered: Vec<_> =
        record["entries"].as_array().unwrap().iter().map(|e| e["orderedBy"].clone()).collect();
    assert!(
        ordered.contains(&json!("officer:security-administrator")),
        "who had ordered it is kept: {record}"
    );
}

/// Whoever asks to be erased is erased: by any of their accounts, or by their name.
#[tokio::test]
async fn r23_an_order_takes_all_that_is_known_to_be_one_person() {
    let house = House::open().await;
    let account = |id: &str, name: &str| json!({ "officer": id, "body": "body:water", "roles": ["OFFICER"], "person": name });
    let one = async |id: &str, name: &str| {
        house
            .on_register("security-administrator", "registerOfficer", account(id, name))
            .await
            .shows("entries", 1);
    };
    // a name that was put in about nobody, a second account of it, and a note about the account itself
    let name = put(&house, "PERSON_NAME", "欧阳小明", Value::Null).await;
    let (first, second) = ("officer:new-one", "officer:new-two");
    one(first, &name).await;
    one(second, &name).await;
    let own = put(&house, "CONTACT", "13812345678", json!(first)).await;
    let others = put(&house, "PERSON_NAME", "李小红", json!("officer:another")).await;
    one("officer:another", &others).await;

    let erased = async |reference: &str| {
        let kept = house.platform.vault.look(&"530322".parse().unwrap(), &reference.parse().unwrap()).await;
        kept.unwrap().unwrap().text.is_none()
    };
    let record =
        async |id: &str| house.ask("auditor", WHO, json!({ "id": id })).await["personRecord"].clone();
    let keeper = "security-administrator";
    let why = json!({ "subject": own, "reason": "本人要求限制" });
    assert_eq!(about(&house, keeper, "restrictPerson", why.clone()).await["entries"], 1);
    assert_eq!(unmask(&house, "clerk", &name, "通知").await["code"], "PersonRestricted", "the name with it");
    assert_eq!(about(&house, keeper, "liftPersonRestriction", why.clone()).await["entries"], 1);
    assert_eq!(about(&house, keeper, "liftPersonRestriction", why).await["code"], "NotRestricted");
    assert_eq!(unmask(&house, "clerk", &name, "通知").await["text"], "欧阳小明");
    let known = record(second).await;
    assert_eq!(known["subjects"], json!([first, second, name]), "{known}");
    assert_eq!((&known["unmasked"], &known["entries"][0]["kind"]), (&json!(1), &json!("UNMASKED")));

    let erase = json!({ "subject": second, "reason": "保存期限已满", "basis": "个人信息保护法 47" });
    assert_eq!(about(&house, keeper, "erasePerson", erase.clone()).await["entries"], 1);
    assert!(erased(&name).await && erased(&own).await && !erased(&others).await);
    for id in [first, second, &name, &own] {
        assert_eq!(record(id).await["erasedOn"], "2023-06-01", "{id}");
    }
    assert_eq!(record("officer:another").await["erasedOn"], Value::Null);
    assert_eq!(about(&house, keeper, "erasePerson", erase).await["entries"], 0, "already so");
}
