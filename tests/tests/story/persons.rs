//! Personal texts (个人信息): masked by default, in full for a reason that audit reads, restricted, erased.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::collections::BTreeSet;

use om_domain::decider::{Actor, Role};
use om_domain::ids::{CommandId, CountyId};
use om_domain::person::{PersonCommand, PersonDecider, Subject, Whose};
use om_infra::executor::{Executor, Request};
use om_infra::vault::Tombstone;
use om_tests::house::{Case, House, STORY};
use serde_json::{Value, json};
use uuid::Uuid;

const RECORD: &str = "query($id: ID!) { personRecord(id: $id) { restrictedSince erasedOn unmasked
  entries { kind officer reason basis ref class } } }";

/// By the window; what is about an account by the security administrator, whose it is to say so.
pub(crate) async fn put(house: &House, class: &str, text: &str, subject: Value) -> String {
    let of_account = subject.as_str().is_some_and(|subject| subject.starts_with("officer:"));
    let user = if of_account { "security-administrator" } else { "clerk" };
    let answer = put_by(house, user, class, text, subject).await;
    answer["data"]["putText"]["ref"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

pub(crate) async fn put_by(house: &House, user: &str, class: &str, text: &str, subject: Value) -> Value {
    let query = "mutation($input: PutTextInput!) { putText(input: $input) { ref } }";
    let input = json!({ "commandId": Uuid::new_v4(), "class": class, "text": text, "subject": subject });
    house.post(user, query, json!({ "input": input })).await
}

pub(crate) async fn unmask(house: &House, user: &str, reference: &str, reason: &str) -> Value {
    let query = "mutation($input: UnmaskInput!) { unmask(input: $input) { __typename
      ... on Unmasked { text } ... on CommandRefused { code rule source messageZh } } }";
    let input = json!({ "commandId": Uuid::new_v4(), "ref": reference, "reason": reason });
    house.ask(user, query, json!({ "input": input })).await["unmask"].clone()
}

/// A command about a person.
pub(crate) async fn about(house: &House, user: &str, name: &str, mut input: Value) -> Value {
    input["commandId"] = json!(Uuid::new_v4());
    let kind = if name == "erasePerson" { "ErasePersonInput" } else { "RestrictPersonInput" };
    let query = format!(
        "mutation($input: {kind}!) {{ {name}(input: $input) {{ __typename ... on RegisterCommandDone {{ entries }}
         ... on CommandRefused {{ code rule source }} }} }}"
    );
    house.ask(user, &query, json!({ "input": input })).await[name].clone()
}

/// A person of the directory, as somebody sees it: there texts stand that a list gives out.
async fn shown(house: &House, user: &str) -> Value {
    let query = "{ directory { officers { id person { ref class masked text state } } } }";
    let answer = house.ask(user, query, json!({})).await;
    let officers = answer["directory"]["officers"].as_array().unwrap().clone();
    officers.into_iter().find(|officer| officer["id"] == "officer:new-officer").unwrap()["person"].clone()
}

async fn registered(house: &House) -> String {
    let name = put(house, "PERSON_NAME", "欧阳小明", json!("officer:new-officer")).await;
    let officer = json!({ "officer": "officer:new-officer", "body": "body:water", "roles": ["OFFICER"], "person": name });
    let done = house.on_register("security-administrator", "registerOfficer", officer).await;
    assert_eq!(done.0["__typename"], "RegisterCommandDone", "{done:?}");
    name
}

#[tokio::test]
async fn r23_a_name_is_shown_masked_and_in_full_for_a_reason_that_audit_reads() {
    let house = House::open().await;
    let name = registered(&house).await;
    let masked =
        json!({ "ref": name, "class": "PERSON_NAME", "masked": "欧**", "text": null, "state": "KEPT" });
    assert_eq!(shown(&house, "wa-officer-1").await, masked);
    for user in ["auditor", "administrator", "supervisor"] {
        let seen = shown(&house, user).await;
        assert_eq!((&seen["masked"], &seen["text"]), (&Value::Null, &Value::Null), "{user}");
        assert_eq!(unmask(&house, user, &name, "想看").await["code"], "MayNotUnmask", "{user}");
    }

    let seen = unmask(&house, "wa-officer-1", &name, "通知补正材料").await;
    assert_eq!(seen, json!({ "__typename": "Unmasked", "text": "欧阳小明" }));
    for (user, id) in [("auditor", "officer:new-officer"), ("audit-administrator", name.as_str())] {
        let record = house.ask(user, RECORD, json!({ "id": id })).await["personRecord"].clone();
        assert_eq!(record["unmasked"], 1, "{user}");
        let entry = json!({ "kind": "UNMASKED", "officer": "officer:wa-officer-1", "reason": "通知补正材料",
            "basis": null, "ref": name, "class": "PERSON_NAME" });
        assert_eq!(record["entries"], json!([entry]));
        assert!(!record.to_string().contains("欧阳"));
    }
    let denied = house.post("wa-officer-1", RECORD, json!({ "id": "officer:new-officer" })).await;
    assert_eq!(denied["errors"][0]["extensions"]["code"], "FORBIDDEN", "{denied}");
    let reason = "联系人 13800138000";
    let query = "mutation($input: UnmaskInput!) { unmask(input: $input) { __typename } }";
    let input = json!({ "commandId": Uuid::new_v4(), "ref": name, "reason": reason });
    let refused = house.post("wa-officer-1", query, json!({ "input": input })).await.to_string();
    assert!(refused.contains("手机号") && !refused.contains("13800138000"), "{refused}");
}

#[tokio::test]
async fn the_name_of_an_officer_is_shown_whole_to_nobody_else() {
    let house = House::open().await;
    let own = put(&house, "PERSON_NAME", "王某某", json!("officer:own-name")).await;
    let officer = "officer:own-name";
    let input = json!({ "officer": officer, "body": "body:water", "roles": ["OFFICER"], "person": own });
    house.on_register("security-administrator", "registerOfficer", input).await.shows("entries", 1);
    let query = "{ directory { officers { id person { text masked } } } }";
    let answer = house.ask("wa-officer-1", query, json!({})).await;
    let officers = answer["directory"]["officers"].as_array().unwrap().clone();
    let seen = officers.into_iter().find(|seen| seen["id"] == officer).unwrap();
    assert_eq!(seen["person"], json!({ "text": null, "masked": "王**" }));
}

#[tokio::test]
async fn r23_what_is_restricted_is_shown_to_nobody_and_what_is_erased_is_gone() {
    let house = House::open().await;
    let name = registered(&house).await;
    let put_in = put_by(&house, "security-administrator", "CONTACT", "13800138000", json!(name)).await;
    let phone = put_in["data"]["putText"]["ref"].as_str().unwrap().to_owned();
    let why = json!({ "subject": phone, "reason": "本人要求限制" });
    assert_eq!(about(&house, "clerk", "restrictPerson", why.clone()).await["code"], "NotItsKeeper");
    assert_eq!(about(&house, "security-administrator", "restrictPerson", why.clone()).await["entries"], 1);
    let seen = shown(&house, "wa-officer-1").await;
    assert_eq!((&seen["masked"], &seen["state"]), (&Value::Null, &json!("RESTRICTED")));
    let refused = unmask(&house, "lead", &phone, "通知").await;
    assert_eq!(
        (&refused["code"], &refused["source"]),
        (&json!("PersonRestricted"), &json!("个人信息保护法 47"))
    );
    assert_eq!(about(&house, "security-administrator", "liftPersonRestriction", why).await["entries"], 1);
    assert_eq!(unmask(&house, "lead", &phone, "通知").await["text"], "13800138000");

    let erase = json!({ "subject": name, "reason": "保存期限已满", "basis": "个人信息保护法 47" });
    assert_eq!(about(&house, "wa-head", "erasePerson", erase.clone()).await["code"], "NotItsKeeper");
    assert_eq!(about(&house, "security-administrator", "erasePerson", erase.clone()).await["entries"], 1);
    assert_eq!(
        about(&house, "security-administrator", "erasePerson", erase).await["entries"],
        0,
        "already so"
    );
    assert_eq!(shown(&house, "wa-officer-1").await["state"], "ERASED");
    assert_eq!(unmask(&house, "lead", &phone, "通知").await["code"], "PersonErased");
    let put_again = json!({ "commandId": Uuid::new_v4(), "class": "CONTACT", "text": "1", "subject": phone });
    let query = "mutation($input: PutTextInput!) { putText(input: $input) { ref } }";
    let refused = house.post("security-administrator", query, json!({ "input": put_again })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
    let record =
        house.ask("security-administrator", RECORD, json!({ "id": phone })).await["personRecord"].clone();
    assert_eq!(record["erasedOn"], "2023-06-01");
    let kinds: Vec<_> = record["entries"].as_array().unwrap().iter().map(|e| e["kind"].clone()).collect();
    assert_eq!(kinds, ["ERASED", "UNMASKED", "LIFTED", "RESTRICTED"]);
}

#[tokio::test]
async fn r18_nobody_erases_their_own_texts() {
    let house = House::open().await;
    let own = "officer:security-administrator";
    let name = put(&house, "PERSON_NAME", "欧阳小明", json!(own)).await;
    for own in [own, name.as_str()] {
        let erase = json!({ "subject": own, "reason": "保存期限已满", "basis": "个人信息保护法 47" });
        let refused = about(&house, "security-administrator", "erasePerson", erase).await;
        assert_eq!(
            (&refused["code"], &refused["rule"]),
            (&json!("OwnTexts"), &json!("R18")),
            "{own}: {refused}"
        );
    }
    let record = house.ask("auditor", RECORD, json!({ "id": own })).await["personRecord"].clone();
    assert_eq!((&record["erasedOn"], &record["entries"]), (&Value::Null, &json!([])), "nothing was erased");
}

/// What the directory holds of a person is one reference, however many texts there are about the person.
#[tokio::test]
async fn r23_two_texts_about_one_person_are_one_person_in_the_directory() {
    let house = House::open().await;
    let first = put(&house, "PERSON_NAME", "欧阳小明", Value::Null).await;
    let again = put(&house, "PERSON_NAME", "欧阳 小明", json!(first)).await;
    let other = put(&house, "PERSON_NAME", "欧阳小明", Value::Null).await;
    let account = |id: &str, role: &str, name: &str| json!({ "officer": format!("officer:{id}"), "body": "body:government-services", "roles": [role], "person": name });
    let register =
        async |input: Value| house.on_register("security-administrator", "registerOfficer", input).await.0;
    assert_eq!(register(account("audit-2", "AUDIT_ADMINISTRATOR", &first)).await["entries"], 1);
    let refused = register(account("security-2", "SECURITY_ADMINISTRATOR", &again)).await;
    assert_eq!(refused["code"], "SamePerson", "{refused}");
    let done = register(account("security-3", "SECURITY_ADMINISTRATOR", &other)).await;
    assert_eq!(done["entries"], 1, "of whom nobody said so is another: {done}");
    assert_eq!(register(account("audit-3", "AUDIT_ADMINISTRATOR", &again)).await["entries"], 1);
    let query = "{ directory { officers { id person { ref } } } }";
    let seen = house.ask("auditor", query, json!({})).await;
    let officers = seen["directory"]["officers"].as_array().unwrap();
    let of = |id: &str| officers.iter().find(|officer| officer["id"] == id).unwrap()["person"]["ref"].clone();
    assert_eq!((of("officer:audit-2"), of("officer:audit-3")), (json!(first), json!(first)));
}

/// An id is its account's: nobody learns from it what somebody else has put.
#[tokio::test]
async fn r23_the_same_id_from_another_account_is_another_text() {
    let house = House::open().await;
    let query = "mutation($i: PutTextInput!) { putText(input: $i) { ref } }";
    let id = Uuid::new_v4();
    let input = |text: &str| json!({ "i": { "commandId": id, "class": "NOTE", "text": text } });
    let first = house.ask("clerk", query, input("复印件两份")).await["putText"]["ref"].clone();
    assert_eq!(house.ask("clerk", query, input("复印件两份")).await["putText"]["ref"], first, "sent again");
    let other = house.ask("wa-officer-1", query, input("复印件两份")).await["putText"]["ref"].clone();
    assert!(other.is_string() && other != first);
    let changed = house.post("clerk", query, input("复印件三份")).await;
    assert_eq!(changed["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{changed}");
    assert!(changed.to_string().contains(&id.to_string()), "it names the id that was given: {changed}");
}

const CONTACT: &str = "query($id: ID!) { applicant(id: $id) { contact { since by
  name { ref class masked text state } phone { ref class masked text state } } } }";
const APPLICANT: &str = "applicant:city-investment";

async fn contact(house: &House, user: &str) -> Value {
    house.ask(user, CONTACT, json!({ "id": APPLICANT })).await["applicant"]["contact"].clone()
}

pub(crate) async fn on_contact(house: &House, user: &str, name: &str, mut input: Value) -> Value {
    input["applicant"] = json!(APPLICANT);
    house.on_register(user, name, input).await.0
}

#[tokio::test]
async fn r23_an_applicants_contact_is_masked_unmasked_for_a_reason_and_erased_with_one_order() {
    let house = House::open().await;
    house.at("2023-06-01");
    house.template(STORY).await;
    Case::begin(&house, "story", 1).await;
    assert_eq!(contact(&house, "clerk").await, Value::Null);
    let name = put(&house, "PERSON_NAME", "欧阳小明", Value::Null).await;
    let phone = put(&house, "CONTACT", "13812345678", json!(name)).await;
    let strangers = put(&house, "CONTACT", "13900139000", Value::Null).await;

    for (given, code) in [
        (json!({ "name": name, "phone": strangers }), "OfTwoPersons"),
        (json!({ "name": phone }), "NoSuchText"),
        (json!({ "name": "vault:01ARZ3NDEKTSV4RRFFQ69G5FAV" }), "NoSuchText"),
    ] {
        assert_eq!(on_contact(&house, "clerk", "nameContact", given).await["code"], code);
    }
    let both = json!({ "name": name, "phone": phone });
    for user in ["auditor", "supervisor", "administrator", "security-administrator"] {
        let refused = on_contact(&house, user, "nameContact", both.clone()).await;
        assert_eq!(refused["code"], "MayNotKeepContact", "{user}");
    }
    let done = on_contact(&house, "clerk", "nameContact", both.clone()).await;
    assert_eq!((&done["__typename"], &done["entries"]), (&json!("RegisterCommandDone"), &json!(1)), "{done}");
    let again = on_contact(&house, "wa-officer-1", "nameContact", both).await;
    assert_eq!(again["entries"], 0, "already so: {again}");

    let masked = json!({ "since": "2023-06-01", "by": "officer:clerk",
        "name": { "ref": name, "class": "PERSON_NAME", "masked": "欧**", "text": null, "state": "KEPT" },
        "phone": { "ref": phone, "class": "CONTACT", "masked": "138****5678", "text": null, "state": "KEPT" } });
    assert_eq!(contact(&house, "wa-officer-1").await, masked);
    // a department that takes part in none of the applicant's matters neither sees it nor changes it
    assert_eq!(contact(&house, "ag-officer-1").await, Value::Null);
    let removal = on_contact(&house, "ag-officer-1", "removeContact", json!({ "reason": "试试" })).await;
    assert_eq!(removal["code"], "MayNotKeepContact", "{removal}");
    let audited = contact(&house, "auditor").await;
    assert_eq!((&audited["name"]["masked"], &audited["phone"]["text"]), (&Value::Null, &Value::Null));
    assert_eq!(unmask(&house, "wa-officer-1", &phone, "通知补正材料").await["text"], "13812345678");
    let record = house.ask("auditor", RECORD, json!({ "id": name })).await["personRecord"].clone();
    assert_eq!((&record["unmasked"], &record["entries"][0]["ref"]), (&json!(1), &json!(phone)));
    assert_eq!(record["entries"][0]["reason"], "通知补正材料");

    // nowhere but in the vault: no entry of the log, no search
    nowhere(&house, &["欧阳", "13812345678"]).await;

    let erase = json!({ "subject": name, "reason": "保存期限已满", "basis": "个人信息保护法 47" });
    assert_eq!(about(&house, "security-administrator", "erasePerson", erase).await["entries"], 1);
    let gone = contact(&house, "wa-officer-1").await;
    for part in ["name", "phone"] {
        let shown = (&gone[part]["state"], &gone[part]["masked"], &gone[part]["text"]);
        assert_eq!(shown, (&json!("ERASED"), &Value::Null, &Value::Null), "{part}");
        let reference = gone[part]["ref"].as_str().unwrap();
        assert_eq!(unmask(&house, "lead", reference, "通知").await["code"], "PersonErased", "{part}");
    }
    let removed = on_contact(&house, "lead", "removeContact", json!({ "reason": "信息已删除" })).await;
    assert_eq!(removed["entries"], 1, "{removed}");
    assert_eq!(contact(&house, "clerk").await, Value::Null);
    let refused = on_contact(&house, "clerk", "nameContact", json!({ "name": name })).await;
    assert_eq!(refused["code"], "TextNotUsable", "an erased text is nobody's contact: {refused}");
}

/// A contact's text is for who works on the applicant's matters, also with its reference in hand; and who weighs an erasure finds
/// everybody who was ever named.
#[tokio::test]
async fn r23_former_contacts_are_found_and_a_reference_alone_opens_nothing() {
    let house = House::open().await;
    house.at("2023-06-01");
    house.template(STORY).await;
    Case::begin(&house, "story", 1).await;
    let first = put(&house, "PERSON_NAME", "欧阳小明", Value::Null).await;
    let phone = put(&house, "CONTACT", "13812345678", json!(first)).await;
    let second = put(&house, "PERSON_NAME", "李小红", Value::Null).await;
    let named = json!({ "name": first, "phone": phone });
    assert_eq!(on_contact(&house, "clerk", "nameContact", named).await["entries"], 1);
    house.at("2023-06-05");
    assert_eq!(
        on_contact(&house, "wa-officer-1", "nameContact", json!({ "name": second })).await["entries"],
        1
    );
    house.at("2023-06-08");
    assert_eq!(
        on_contact(&house, "lead", "removeContact", json!({ "reason": "已离职" })).await["entries"],
        1
    );
    house.platform.projections.caught_up().await.unwrap();

    for text in [&first, &phone, &second] {
        let refused = unmask(&house, "wa-officer-1", text, "核对").await;
        assert_eq!(refused["__typename"], "Unmasked", "of a former contact too: {refused}");
        let query = "mutation($input: UnmaskInput!) { unmask(input: $input) { __typename } }";
        let input = json!({ "commandId": Uuid::new_v4(), "ref": text, "reason": "看看" });
        let refused = house.post("ag-officer-1", query, json!({ "input": input })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND", "{refused}");
    }
    let query = "query($a: ID, $n: Int, $after: String) { contacts(applicant: $a, first: $n, after: $after) {
      nodes { applicant name { ref masked text state } phone { ref } since by until } pageInfo { hasNextPage endCursor } } }";
    let all =
        async |user: &str, variables: Value| house.ask(user, query, variables).await["contacts"].clone();
    let shown = all("security-administrator", json!({ "a": APPLICANT })).await;
    let text = |of: &str| json!({ "ref": of, "masked": null, "text": null, "state": "KEPT" });
    let expected = json!([
        { "applicant": APPLICANT, "name": text(&first), "phone": { "ref": phone }, "since": "2023-06-01",
          "by": "officer:clerk", "until": "2023-06-05" },
        { "applicant": APPLICANT, "name": text(&second), "phone": null, "since": "2023-06-05",
          "by": "officer:wa-officer-1", "until": "2023-06-08" },
    ]);
    assert_eq!(shown["nodes"], expected);
    let page = all("auditor", json!({ "n": 1 })).await;
    assert_eq!((&page["nodes"][0], &page["pageInfo"]["hasNextPage"]), (&expected[0], &json!(true)));
    let rest = all("auditor", json!({ "n": 1, "after": page["pageInfo"]["endCursor"] })).await;
    assert_eq!((&rest["nodes"][0], &rest["pageInfo"]["hasNextPage"]), (&expected[1], &json!(false)));
    assert_eq!(all("auditor", json!({ "a": "applicant:nobody" })).await["nodes"], json!([]));
    for user in ["clerk", "lead", "wa-officer-1", "administrator"] {
        let denied = house.post(user, query, json!({})).await;
        assert_eq!(denied["errors"][0]["extensions"]["code"], "FORBIDDEN", "{user}: {denied}");
    }
}

/// None of the words stands in an entry of the log or is found by the search.
async fn nowhere(house: &House, words: &[&str]) {
    house.platform.projections.caught_up().await.unwrap();
    let stored = house.platform.log.read_all(None, usize::MAX).await.unwrap();
    assert!(stored.iter().any(|event| &*event.kind == "ContactNamed"));
    let query = "query($text: String!) { search(text: $text) { nodes { textZh } } }";
    let found = async |text: &str| {
        let found = house.ask("lead", query, json!({ "text": text })).await;
        found["search"]["nodes"].as_array().unwrap().len()
    };
    assert_ne!(found("同乐大道").await, 0, "the applicant's matter is found");
    for word in words {
        for event in &stored {
            for bytes in [event.payload.clone(), event.metadata.json()] {
                assert!(!String::from_utf8_lossy(&bytes).contains(word), "{word} stands in {}", event.kind);
            }
        }
        assert_eq!(found(word).await, 0, "{word}");
    }
}

/// A crash between the record and the key, and a log that came back from before an erasure: either side is told by the other.
/// A command sent again is answered as it was, and the text is for who may read it now.
#[tokio::test]
async fn r23_a_repeated_unmasking_shows_nothing_to_who_may_see_it_no_more() {
    let house = House::open().await;
    let phone = put(&house, "CONTACT", "13800138000", Value::Null).await;
    let query = "mutation($i: UnmaskInput!) { unmask(input: $i) { ... on Unmasked { text } } }";
    let input = json!({ "i": { "commandId": Uuid::new_v4(), "ref": phone, "reason": "通知" } });
    let first = house.ask("wa-officer-1", query, input.clone()).await;
    assert_eq!(first["unmask"]["text"], "13800138000");
    let roles = json!({ "officer": "officer:wa-officer-1", "roles": ["AUDITOR"] });
    house.on_register("security-administrator", "changeRoles", roles).await.shows("entries", 1);
    let again = house.post("wa-officer-1", query, input).await;
    assert!(!again.to_string().contains("13800138000"), "{again}");
    // nor is anybody erased who is not there, nor a note taken for a name
    let nobody =
        json!({ "subject": "officer:nobody", "reason": "x", "basis": "x", "commandId": Uuid::new_v4() });
    let erase = "mutation($i: ErasePersonInput!) { erasePerson(input: $i) { __typename } }";
    let refused = house.post("security-administrator", erase, json!({ "i": nobody })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND", "{refused}");
    let note = put(&house, "NOTE", "不是姓名", Value::Null).await;
    let officer = json!({ "officer": "officer:new-one", "body": "body:water", "roles": ["OFFICER"], "person": note,
        "commandId": Uuid::new_v4() });
    let register = "mutation($i: RegisterOfficerInput!) { registerOfficer(input: $i) { __typename } }";
    let refused = house.post("security-administrator", register, json!({ "i": officer })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
}

/// An erasure that is recorded, with all that it takes, and was broken off before a key was destroyed.
pub(crate) async fn recorded_only(house: &House, named: &Subject, person: BTreeSet<Subject>) {
    let county: CountyId = "530322".parse().unwrap();
    let stream = Executor::<PersonDecider>::stream(&county, named).unwrap();
    let by = Actor::new(
        "security-administrator".parse().unwrap(),
        county,
        "government-services".parse().unwrap(),
        [Role::SecurityAdministrator].into(),
    );
    let (reason, basis) = ("保存期限已满".parse().unwrap(), "个人信息保护法 47".parse().unwrap());
    let command = PersonCommand::Erase { whose: Whose { person, own: [].into() }, reason, basis };
    let request = Request::new(stream, CommandId(Uuid::new_v4()), by, command);
    house.platform.persons.execute(request).await.unwrap();
}

#[tokio::test]
async fn r23_log_and_keys_are_held_together_whichever_is_behind() {
    let house = House::open().await;
    let (recorded, destroyed) = (
        put(&house, "CONTACT", "13800138000", Value::Null).await,
        put(&house, "CONTACT", "13900139000", Value::Null).await,
    );
    let (county, vault) = ("530322".parse().unwrap(), &house.platform.vault);
    let subject = async |reference: &str| {
        vault.look(&county, &reference.parse().unwrap()).await.unwrap().unwrap().subject
    };

    // recorded, and the power went before the key was destroyed
    let whom = subject(&recorded).await;
    recorded_only(&house, &whom, [].into()).await;
    assert!(vault.get(&county, &recorded.parse().unwrap()).await.unwrap().is_some());
    // destroyed, and the log was restored from before
    let order = Tombstone {
        erased: "2023-05-01T02:00:00Z".parse().unwrap(),
        ordered_by: "security-administrator".parse().unwrap(),
        reason: "本人要求删除".parse().unwrap(),
        basis: "个人信息保护法 47".parse().unwrap(),
    };
    vault.destroy(&county, &subject(&destroyed).await, &order).await.unwrap();
    // restricted, and the log was restored from before
    let restricted = put(&house, "CONTACT", "13700137000", Value::Null).await;
    vault.restrict(&county, &subject(&restricted).await, true).await.unwrap();

    let done = house.platform.reapply_erasures().await.unwrap();
    assert_eq!((done.destroyed, done.restated), (1, 2));
    let record = house.ask("auditor", RECORD, json!({ "id": restricted })).await["personRecord"].clone();
    assert!(record["restrictedSince"].is_string(), "{record}");
    let lift = json!({ "subject": restricted, "reason": "争议已解决" });
    let lifted = about(&house, "security-administrator", "liftPersonRestriction", lift).await;
    assert_eq!(lifted["entries"], 1, "{lifted}");
    assert!(vault.get(&county, &restricted.parse().unwrap()).await.unwrap().is_some());
    assert!(vault.get(&county, &recorded.parse().unwrap()).await.unwrap().is_none());
    let record = house.ask("auditor", RECORD, json!({ "id": destroyed })).await["personRecord"].clone();
    let entry = &record["entries"][0];
    assert_eq!((&entry["kind"], &entry["reason"]), (&json!("ERASED"), &json!("本人要求删除")));
    let again = house.platform.reapply_erasures().await.unwrap();
    assert_eq!(
        (again.restated, again.destroyed),
        (0, 1),
        "what was restated is read once, then nothing is left"
    );
    assert_eq!(house.platform.reapply_erasures().await.unwrap(), om_infra::erasures::Reapplied::default());
}
