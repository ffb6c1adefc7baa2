//! Who sees what: a department what it takes part in, an administrator no matter, audit everything and commands nothing;
//! and what one does not see reads, in every list, count, search and error, as if it were not there (docs/access.md).

use om_tests::house::{Case, House};
use serde_json::{Value, json};

const FILE: &[&str] = &["form", "seal", "proof", "photo"];
/// A department of the county that the story's template has no permit for.
const OUTSIDER: &str = "fi-officer-1";

async fn code(house: &House, user: &str, query: &str, variables: Value) -> Value {
    let answer = house.post(user, query, variables).await;
    answer["errors"][0]["extensions"]["code"].clone()
}

#[tokio::test]
async fn what_a_department_takes_no_part_in_is_not_there_for_it() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let matter = json!({ "id": case.id });
    for query in [
        "query($id: ID!) { matter(id: $id) { project { name } } }",
        "query($id: ID!) { matter(id: $id, at: { asOf: \"2023-06-12T12:00:00Z\" }) { project { name } } }",
        "query($id: ID!) { node(id: $id) { id } }",
        "query($id: ID!) { history(matterId: $id) { edges { node { sentence } } } }",
    ] {
        assert_eq!(code(&case, OUTSIDER, query, matter.clone()).await, "NOT_FOUND", "{query}");
        assert_eq!(code(&case, "wa-officer-1", query, matter.clone()).await, Value::Null, "{query}");
    }
    // what an act on it is answered does not differ from what one on no matter is
    case.by(OUTSIDER).accept("W").refused("NoSuchMatter").await;
    case.by("nr-officer-1").accept("W").refused("NotAuthorised").await;
}

#[tokio::test]
async fn lists_counts_and_searches_read_as_if_it_were_not_there() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let name = case.see_as("lead", "project { name }", Value::Null).await.0["project"]["name"].clone();
    let lists = "query($text: String!, $id: ID!) {
      overview { underway dueThisWeek overdue matters { edges { node { id } } } }
      tolerances(filter: { matter: $id }) { edges { node { id: matterName } } }
      supervision(filter: { matter: $id }) { edges { node { number } } }
      cardsByBody(matter: $id) { body }
      search(text: $text) { edges { node { link } } }
    }";
    let variables = json!({ "text": name, "id": case.id });
    let seen = case.ask("wa-officer-1", lists, variables.clone()).await;
    assert_eq!(seen["overview"]["underway"], 1, "{seen}");
    assert!(!seen["search"]["edges"].as_array().unwrap().is_empty(), "{seen}");
    let unseen = case.ask(OUTSIDER, lists, variables).await;
    let nothing = json!({
        "overview": { "underway": 0, "dueThisWeek": 0, "overdue": 0, "matters": { "edges": [] } },
        "tolerances": { "edges": [] }, "supervision": { "edges": [] }, "cardsByBody": [], "search": { "edges": [] },
    });
    assert_eq!(unseen, nothing);
}

#[tokio::test]
async fn who_is_asked_or_offered_takes_part_from_then_on() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let matter = json!({ "id": case.id });
    let read = "query($id: ID!) { matter(id: $id) { phase } }";
    assert_eq!(code(&case, OUTSIDER, read, matter.clone()).await, "NOT_FOUND");
    case.by("wa-officer-1")
        .act(
            "requestOpinion",
            json!({ "permit": "W", "bodies": ["body:fire"], "question": "消防车道是否受影响？", "due": { "workingDays": 5 } }),
        )
        .done()
        .await;
    assert_eq!(code(&case, OUTSIDER, read, matter.clone()).await, Value::Null);
    let listed = case.ask(OUTSIDER, "{ overview { matters { edges { node { id } } } } }", json!({})).await;
    assert_eq!(listed["overview"]["matters"]["edges"][0]["node"]["id"], case.id.to_string(), "{listed}");
}

#[tokio::test]
async fn a_paper_is_for_those_who_see_a_matter_that_names_it() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let paper = case.paper("form").await;
    let path = format!("/papers/{paper}");
    for (user, status) in [("wa-officer-1", 200), ("auditor", 200), (OUTSIDER, 404), ("administrator", 404)] {
        let answer = case.get(user, &path).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{user}");
    }
    let told = case
        .ask(
            OUTSIDER,
            "query($h: [PaperHash!]!) { papers(hashes: $h) { present size } }",
            json!({ "h": [paper] }),
        )
        .await;
    assert_eq!(told["papers"][0], json!({ "present": false, "size": null }));
}

#[tokio::test]
async fn a_paper_is_for_those_through_whose_hands_its_permit_goes() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let path = format!("/papers/{}", case.paper("form").await);
    let status = async |user: &str| case.get(user, &path).send().await.unwrap().status().as_u16();
    // the land office waits for the water permit; ecology has another permit of the matter
    assert_eq!((status("wa-officer-1").await, status("nr-officer-1").await), (200, 200));
    assert_eq!((status("lead").await, status("deputy").await, status("township").await), (200, 200, 200));
    assert_eq!(status("ec-officer-1").await, 404);
    let read = "query($id: ID!) { matter(id: $id) { phase } }";
    assert_eq!(
        code(&case, "ec-officer-1", read, json!({ "id": case.id })).await,
        Value::Null,
        "a party of the matter"
    );
    let asked = json!({ "permit": "W", "bodies": ["body:ecology"], "question": "取水口上游有无排污口？", "due": { "workingDays": 5 } });
    case.by("wa-officer-1").act("requestOpinion", asked).done().await;
    assert_eq!(status("ec-officer-1").await, 200);
    // handed to a second permit, it is that one's too
    case.by("clerk").submit("E", &["eia"]).done().await;
    let own = format!("/papers/{}", case.paper("eia").await);
    assert_eq!(case.get("wa-officer-1", &own).send().await.unwrap().status(), 404);
    assert_eq!(case.get("ec-officer-1", &own).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_paper_is_not_denied_by_a_list_that_is_behind() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("E", &["eia"]).done().await;
    let other = Case::begin(&case.house, "story", 2).await;
    let path = format!("/papers/{}", case.paper("eia").await);
    assert_eq!(case.get(OUTSIDER, &path).send().await.unwrap().status(), 404, "nothing of it is theirs");
    // whoever writes into the list waits as long as this is open
    let mut files = std::fs::read_dir(case.dir.path().join("read")).unwrap().map(|file| file.unwrap().path());
    let name = |path: &std::path::Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let list = files.find(|path| name(path).starts_with("paper-") && name(path).ends_with(".db"));
    let list = rusqlite::Connection::open(list.unwrap()).unwrap();
    list.execute_batch("BEGIN IMMEDIATE").unwrap();
    other.accepted("E", &["eia"], "ec-officer-1").await;
    let asked = json!({ "permit": "E", "bodies": ["body:fire"], "question": "消防取水是否受影响？", "due": { "workingDays": 5 } });
    other.by("ec-officer-1").act("requestOpinion", asked).done().await;
    let freed = tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        list.execute_batch("ROLLBACK").unwrap();
    });
    assert_eq!(
        case.get(OUTSIDER, &path).send().await.unwrap().status(),
        200,
        "asked about it by another matter"
    );
    freed.await.unwrap();
}

#[tokio::test]
async fn who_knows_a_papers_hash_does_not_have_it_by_naming_it() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    case.by("clerk").submit("E", &["eia"]).done().await;
    let paper = case.paper("eia").await;
    let path = format!("/papers/{paper}");
    let status = async |user: &str| case.get(user, &path).send().await.unwrap().status().as_u16();
    assert_eq!((status("wa-officer-1").await, status("ec-officer-1").await), (404, 200));
    let water = case.by("wa-officer-1");
    let offer = || water.offer("W", "natural-resources").with(json!({ "papers": [paper] }));
    offer().refused("PaperMissing").await.says("papers", json!([paper]));
    let mut decision = case.by("wa-head").notice();
    decision["paper"] = json!(paper);
    let bar = json!({ "applicant": "applicant:city-investment", "kind": "FRAUD", "matter": case.id, "permit": "W",
        "decision": decision });
    case.on_register("wa-head", "imposeBar", bar).await.shows("code", "PaperMissing");
    assert_eq!(status("wa-officer-1").await, 404, "it was not handed on");
    // who has the bytes has it
    assert_eq!(case.hand_in("wa-head", "text/plain", b"eia".to_vec()).await.status().as_u16(), 201);
    offer().done().await;
    assert_eq!((status("wa-officer-1").await, status("nr-officer-1").await), (200, 200));
}

#[tokio::test]
async fn a_text_that_says_a_papers_hash_names_no_paper() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    case.by("clerk").submit("E", &["eia"]).done().await;
    let paper = case.paper("eia").await;
    let path = format!("/papers/{paper}");
    let status = async |user: &str| case.get(user, &path).send().await.unwrap().status().as_u16();
    assert_eq!(status("wa-officer-1").await, 404);
    let water = case.by("wa-officer-1");
    let ask = |question: String| {
        let asked = json!({ "permit": "W", "bodies": ["body:fire"], "question": question, "due": { "workingDays": 5 } });
        water.act("requestOpinion", asked)
    };
    ask(paper.clone()).done().await;
    water
        .offer("W", "natural-resources")
        .with(json!({ "reason": format!("\"paper\":\"{paper}") }))
        .done()
        .await;
    assert_eq!((status("wa-officer-1").await, status(OUTSIDER).await), (404, 404));
    let told = case
        .ask(
            "wa-officer-1",
            "query($h: [PaperHash!]!) { papers(hashes: $h) { present } }",
            json!({ "h": [paper] }),
        )
        .await;
    assert_eq!(told["papers"][0]["present"], false);
    assert_eq!(status("ec-officer-1").await, 200, "whose it is");
}

#[tokio::test]
async fn the_decision_that_bars_an_applicant_is_for_those_of_its_permit() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    let paper = case.paper_of("wa-head", "不得申请决定书").await;
    let path = format!("/papers/{paper}");
    let status = async |user: &str| case.get(user, &path).send().await.unwrap().status().as_u16();
    assert_eq!(status("ec-officer-1").await, 200, "nothing names it yet");
    let mut decision = case.by("wa-head").notice();
    decision["paper"] = json!(paper);
    let bar = json!({ "applicant": "applicant:city-investment", "kind": "FRAUD", "matter": case.id, "permit": "W",
        "decision": decision });
    case.on_register("wa-head", "imposeBar", bar).await.shows("entries", 1);
    assert_eq!((status("ec-officer-1").await, status(OUTSIDER).await), (404, 404));
    assert_eq!(
        (status("wa-officer-1").await, status("nr-officer-1").await, status("lead").await),
        (200, 200, 200)
    );
}

#[tokio::test]
async fn a_bar_cites_no_matter_that_its_head_does_not_see() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let bar = |matter: &str, applicant: &str, permit: &str| {
        json!({ "applicant": applicant, "kind": "FRAUD", "matter": matter, "permit": permit,
            "decision": case.by("fi-head").notice() })
    };
    let nowhere = "matter:01ARZ3NDEKTSV4RRFFQ69G5FAV";
    for (applicant, permit) in
        [("applicant:city-investment", "W"), ("applicant:city-investment", "Z9"), ("applicant:zhao", "W")]
    {
        for matter in [&*case.id, nowhere] {
            let refused = case.on_register("fi-head", "imposeBar", bar(matter, applicant, permit)).await;
            let id = matter.trim_start_matches("matter:");
            refused.shows("code", "NoSuchMatter").shows("facts", json!({ "NoSuchMatter": { "matter": id } }));
        }
    }
    // another permit's head, who takes part in the matter, is told whose it is
    case.on_register("ec-head", "imposeBar", bar(&case.id, "applicant:city-investment", "W"))
        .await
        .shows("code", "NotItsHead");
}

#[tokio::test]
async fn who_came_first_is_told_to_who_may_read_the_matter() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let revise = |user: &str| {
        case.by(user).act("reviseDueDates", json!({ "notice": "国办发明电〔2022〕16号" })).expecting(1)
    };
    let told = revise("administrator").conflict().await;
    assert_eq!((&*told.first_actor, &*told.first_event), ("", ""));
    assert_eq!(told.revision, Some(case.revision().await), "so that it can be sent again");
    let told = case.by("wa-officer-1").approve("W").expecting(1).conflict().await;
    assert_eq!((&*told.first_actor, &*told.first_event), ("officer:wa-officer-1", "PermitAccepted"));
}

#[tokio::test]
async fn r18_an_administrator_reads_no_matter_and_audit_hands_nothing_in() {
    let case = Case::story().await;
    for query in [
        "{ overview { underway } }",
        "{ search(text: \"路\") { edges { node { link } } } }",
        "{ desk { edges { node { kind } } } }",
        "{ briefing { text } }",
        "{ departmentPerformance(from: \"2023-01-01\", to: \"2023-12-31\") { body } }",
    ] {
        let answer = case.post("administrator", query, json!({})).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{query}: {answer}");
        assert_eq!(error["extensions"]["rule"], "A2", "{answer}");
        assert!(error["extensions"]["messageZh"].as_str().is_some_and(|zh| zh.contains("角色")), "{answer}");
    }
    let put = "mutation($i: PutTextInput!) { putText(input: $i) { ref } }";
    let input = json!({ "i": { "commandId": uuid::Uuid::now_v7(), "class": "NOTE", "text": "x" } });
    for user in ["auditor", "administrator"] {
        assert_eq!(code(&case, user, put, input.clone()).await, "FORBIDDEN", "{user}");
        let answer = case.hand_in(user, "application/pdf", b"%PDF-1.4 x".to_vec()).await;
        assert_eq!(answer.status().as_u16(), 403, "{user}");
    }
    // nor by the calendar of its body's deadlines, though the body takes part
    for (user, status) in [("administrator", 404), ("clerk", 200)] {
        let answer = case.get(user, "/calendar/mine.ics").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{user}");
    }
    // a denial inside a fragment is one too
    let hidden = "{ ...f } fragment f on Query { ... on Query { overview { underway } } }";
    assert_eq!(code(&case, "administrator", hidden, json!({})).await, "FORBIDDEN");
}

#[tokio::test]
async fn a_desk_and_what_a_department_achieved_are_its_own_and_the_county_s_supervisors() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    let desk = "{ desk(body: \"body:water\") { edges { node { kind } } } }";
    for (user, expected) in [
        ("wa-officer-1", Value::Null),
        ("lead", Value::Null),
        ("supervisor", Value::Null),
        ("nr-officer-1", json!("FORBIDDEN")),
        (OUTSIDER, json!("FORBIDDEN")),
    ] {
        assert_eq!(code(&case, user, desk, json!({})).await, expected, "{user}");
    }
    let performance = "{ departmentPerformance(from: \"2023-06-01\", to: \"2023-06-30\") { body } }";
    let bodies = |answer: &Value| -> Vec<String> {
        let rows = answer["departmentPerformance"].as_array().unwrap().clone();
        rows.iter().map(|row| row["body"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(bodies(&case.ask("wa-officer-1", performance, json!({})).await), ["body:water"]);
    assert!(bodies(&case.ask("supervisor", performance, json!({})).await).contains(&"body:water".to_owned()));
    assert!(bodies(&case.ask(OUTSIDER, performance, json!({})).await).is_empty());
}
