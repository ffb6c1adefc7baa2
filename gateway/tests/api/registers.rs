//! Applicants' records, the vault, and things found by their id, through the API.

use crate::{
    story::{import, underway},
    support::Gateway,
};
use om_domain::template;
use serde_json::{Value, json};
use uuid::Uuid;

async fn register(gateway: &Gateway, user: &str, name: &str, input: Value) -> Value {
    let mut capital = name.to_owned();
    capital[..1].make_ascii_uppercase();
    let query = format!(
        "mutation($input: {capital}Input!) {{ {name}(input: $input) {{ __typename
           ... on RegisterCommandDone {{ entries repeated }} ... on CommandRefused {{ code rule source }} }} }}"
    );
    let answer = gateway.ask(user, &query, json!({ "input": input })).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"][name].clone()
}

#[tokio::test]
async fn r09_a_bar_is_imposed_by_a_head_and_shown_until_its_last_day() {
    let (gateway, matter) = underway().await;
    let bar = |id: Uuid| {
        json!({ "commandId": id, "applicant": "applicant:city-investment", "kind": "FALSE_MATERIALS",
            "matter": matter, "permit": "A2", "decision": { "number": "自然资罚〔2026〕1号", "date": "2026-03-02",
            "service": "IN_PERSON", "servedOn": "2026-03-02" } })
    };
    let refused = register(&gateway, "nr-officer-1", "imposeBar", bar(Uuid::new_v4())).await;
    assert_eq!((&refused["code"], &refused["rule"]), (&json!("NotAHead"), &json!("R9")));
    let id = Uuid::new_v4();
    assert_eq!(register(&gateway, "nr-head", "imposeBar", bar(id)).await["entries"], 1);
    assert_eq!(register(&gateway, "nr-head", "imposeBar", bar(id)).await["repeated"], true);
    let query =
        "{ applicant(id: \"applicant:city-investment\") { eligible reasonZh rule lapses { requirement }
        bars { kind decision servedOn until source matter } } }";
    let record = gateway.ask("clerk", query, json!({})).await["data"]["applicant"].clone();
    assert_eq!((&record["eligible"], &record["rule"]), (&json!(false), &json!("R9")));
    assert_eq!(
        record["bars"],
        json!([{ "kind": "FALSE_MATERIALS", "decision": "自然资罚〔2026〕1号", "servedOn": "2026-03-02",
            "until": "2027-03-02", "source": "行政许可法 78", "matter": matter }])
    );
    gateway.clock.set("2027-03-03T01:00:00Z".parse().unwrap());
    let record = gateway.ask("clerk", query, json!({})).await["data"]["applicant"].clone();
    assert_eq!((&record["eligible"], &record["bars"]), (&json!(true), &json!([])));
}

#[tokio::test]
async fn r10_repair_is_refused_where_nothing_lapsed() {
    let (gateway, _) = underway().await;
    let input =
        json!({ "commandId": Uuid::new_v4(), "applicant": "applicant:city-investment", "reason": "已补齐" });
    let refused = register(&gateway, "nr-head", "repairEligibility", input).await;
    assert_eq!((&refused["code"], &refused["rule"]), (&json!("NothingToRepair"), &json!("R10")));
}

#[tokio::test]
async fn a_text_is_kept_in_the_vault_and_shown_to_the_countys_officers_only() {
    let (gateway, matter) = underway().await;
    let put = async |user: &str, id: Uuid, text: &str| {
        let query = "mutation($input: PutTextInput!) { putText(input: $input) { ref } }";
        let input = json!({ "input": { "commandId": id, "class": "FILE_NAME", "text": text } });
        gateway.ask(user, query, input).await
    };
    let id = Uuid::new_v4();
    let kept = put("clerk", id, "张三身份证.pdf").await["data"]["putText"]["ref"].clone();
    assert!(kept.as_str().unwrap().starts_with("vault:"));
    assert_eq!(put("clerk", id, "张三身份证.pdf").await["data"]["putText"]["ref"], kept);
    assert_eq!(put("clerk", id, "另一份").await["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(put("auditor", Uuid::new_v4(), "x").await["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let query = "query($id: ID!) { matter(id: $id) { permit(code: \"A1\") { materials { code } } } }";
    let plan = gateway.ask("lead", query, json!({ "id": matter })).await;
    let material = plan["data"]["matter"]["permit"]["materials"][0]["code"].clone();
    let submit = "mutation($input: SubmitPermitInput!) { submitPermit(input: $input) { __typename } }";
    let input = json!({ "commandId": Uuid::new_v4(), "matter": matter, "permit": "A1",
        "materials": [{ "material": material, "fileName": kept }] });
    let submitted = gateway.ask("clerk", submit, json!({ "input": input })).await;
    assert_eq!(submitted["data"]["submitPermit"]["__typename"], "MatterCommandDone", "{submitted}");
    let handed = "query($id: ID!) { matter(id: $id) { permit(code: \"A1\") { round { materials { fileName { ref text } } } } } }";
    let shown = async |user: &str| {
        let answer = gateway.ask(user, handed, json!({ "id": matter })).await;
        let materials = &answer["data"]["matter"]["permit"]["round"]["materials"];
        assert!(materials.is_array(), "{answer}");
        materials[0]["fileName"].clone()
    };
    assert_eq!(shown("dr-officer-1").await, json!({ "ref": kept, "text": "张三身份证.pdf" }));
    assert_eq!(shown("auditor").await, json!({ "ref": kept, "text": null }));
    let history = "query($m: ID!) { history(matterId: $m) { edges { node { data sentence sentenceZh } } } }";
    let history = gateway.ask("dr-officer-1", history, json!({ "m": matter })).await.to_string();
    assert!(history.contains("vault:") && !history.contains("张三"));
}

#[tokio::test]
async fn whatever_an_id_names_is_found_in_its_county_only() {
    let (gateway, _) = underway().await;
    let query = "query($id: ID!) { node(id: $id) { __typename id } }";
    for (id, kind) in [
        ("template:municipal-road-bridge", "Template"),
        ("body:natural-resources", "Body"),
        ("officer:nr-officer-1", "Officer"),
        ("applicant:city-investment", "Applicant"),
    ] {
        let answer = gateway.ask("clerk", query, json!({ "id": id })).await;
        assert_eq!(answer["data"]["node"], json!({ "__typename": kind, "id": id }), "{answer}");
    }
    for id in ["template:municipal-road-bridge", "body:natural-resources", "officer:nr-officer-1"] {
        let answer = gateway.ask("stranger", query, json!({ "id": id })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
    }
}

#[tokio::test]
async fn every_template_imported_is_listed_under_whatever_id() {
    let (gateway, _) = underway().await;
    let ids = async |user: &str| {
        let answer = gateway.ask(user, "{ templates { id version } }", json!({})).await;
        answer["data"]["templates"].clone()
    };
    assert_eq!(ids("clerk").await, json!([{ "id": "template:municipal-road-bridge", "version": 1 }]));
    let (id, text) = template::SHIPPED[2];
    import(&gateway, "importTemplate", &text.replacen(id, "our-own-house", 1)).await;
    assert_eq!(ids("clerk").await[1], json!({ "id": "template:our-own-house", "version": 1 }));
    assert_eq!(ids("stranger").await, json!([]));
}
