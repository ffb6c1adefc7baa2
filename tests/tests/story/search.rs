//! Somebody looks for a matter, a permit, a number, a sentence: two characters find it, and only in their own county.

use om_tests::house::{Case, Seen};
use serde_json::{Value, json};

const FOUND: &str = "query($text: String!, $kinds: [SearchKind!], $first: Int, $after: String) {
    search(text: $text, kinds: $kinds, first: $first, after: $after) {
      nodes { kind link text textZh matter meeting subjectName permitCode } pageInfo { hasNextPage endCursor } } }";

async fn search(case: &Case, user: &str, more: Value) -> Seen {
    case.house.platform.projections.caught_up().await.unwrap_or_else(|e| panic!("{e}"));
    Seen(case.house.ask(user, FOUND, more).await["search"].clone())
}

#[tokio::test]
async fn two_characters_find_matters_permits_numbers_and_sentences_and_each_links_to_its_place() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    case.by("wa-officer-1").offer("W", "tongle").done().await;
    let found = search(&case, "lead", json!({ "text": "同乐" })).await;
    found.shows("nodes.0.kind", "MATTER").shows("nodes.0.link", case.id.as_str());
    let found = search(&case, "lead", json!({ "text": "取水" })).await;
    let permit = format!("permit:{}/W", case.id.trim_start_matches("matter:"));
    found
        .shows("nodes.0.kind", "PERMIT")
        .shows("nodes.0.link", permit.as_str())
        .shows("nodes.0.permitCode", "W");
    // a body is found by the name it has, in the sentence of a handoff
    let found = search(&case, "lead", json!({ "text": "移交 同乐街道", "kinds": ["ENTRY"] })).await;
    let link = found.at("nodes.0.link").as_str().unwrap_or_default().to_owned();
    assert!(link.starts_with("event:"), "{found:?}");
    let node = "query($id: ID!) { node(id: $id) { ... on Event { name } } }";
    let node = Seen(case.house.ask("lead", node, json!({ "id": link })).await);
    node.shows("node.name", "HandoffOffered");
    let number = case
        .last("PermitAccepted")
        .await
        .all
        .at("data.notice.number")
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let found = search(&case, "wa-officer-1", json!({ "text": number })).await;
    found.shows("nodes.0.kind", "DOCUMENT");
    let found = search(&case, "auditor", json!({ "text": "W ACCEPTED" })).await;
    assert!(found.each("nodes", "text").iter().any(|text| text.contains("W accepted")), "{found:?}");
    let found = search(&case, "lead", json!({ "text": "盖章" })).await;
    found.shows("nodes.0.kind", "MATERIAL").shows("nodes.0.textZh", "盖章件");
    assert!(search(&case, "stranger", json!({ "text": "同乐" })).await.all("nodes").is_empty());
    let blank = case.house.post("lead", FOUND, json!({ "text": "  " })).await;
    assert_eq!(blank["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{blank}");
}

#[tokio::test]
async fn a_search_goes_on_page_by_page_and_finds_nothing_of_the_vault() {
    let case = Case::story().await;
    case.at("2023-06-12");
    let kept = "mutation($input: PutTextInput!) { putText(input: $input) { ref } }";
    let name = "张三丰身份证.pdf";
    let kept = case
        .house
        .ask(
            "clerk",
            kept,
            json!({ "input": { "commandId": uuid::Uuid::new_v4(), "class": "FILE_NAME", "text": name } }),
        )
        .await;
    let reference = kept["putText"]["ref"].clone();
    let materials = json!([{ "material": "form", "fileName": reference }, { "material": "seal" }]);
    case.by("clerk").submit("W", &[]).with(json!({ "materials": materials })).done().await;
    let shown = "permit(code: \"W\") { round { materials { fileName { text } } } }";
    let shown = case.see_as("clerk", shown, Value::Null).await;
    assert!(
        shown.0.to_string().contains("张三丰"),
        "the county's officers see it where it belongs: {shown:?}"
    );
    for text in ["张三", "身份证", "pdf"] {
        let found = search(&case, "clerk", json!({ "text": text })).await;
        assert!(found.all("nodes").is_empty(), "{text}: {found:?}");
    }
    case.by("clerk").submit("E", &["eia"]).done().await;
    case.by("clerk").submit("J", &[]).done().await;
    let all = search(&case, "lead", json!({ "text": "收", "first": 200 })).await.each("nodes", "link");
    let (mut paged, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = search(&case, "lead", json!({ "text": "收", "first": 1, "after": after })).await;
        paged.extend(page.each("nodes", "link"));
        if page.at("pageInfo.hasNextPage") != true {
            break;
        }
        after = page.at("pageInfo.endCursor").clone();
    }
    assert!(all.len() > 2, "{all:?}");
    assert_eq!(all, paged);
}
