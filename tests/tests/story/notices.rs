//! Notices that the department prints: each kind as a page made of its own fact, the same for ever.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use om_tests::house::{By, Case};
use reqwest::StatusCode;
use serde_json::json;

const FORM: [&str; 4] = ["form", "seal", "proof", "photo"];

/// The path of an entry's page, by its id `event:MATTER/EVENT`.
fn path(event: &str) -> String {
    let (matter, event) = event.trim_start_matches("event:").split_once('/').expect("an id of an entry");
    format!("/matters/{matter}/notices/{event}")
}

async fn fetched(case: &Case, user: &str, path: &str) -> (StatusCode, String) {
    let answer = case.get(user, path).send().await.expect("it answers");
    (answer.status(), answer.text().await.expect("it has a body"))
}

async fn page(case: &Case, event: &str) -> String {
    let answer = case.get("clerk", &path(event)).send().await.expect("it answers");
    assert_eq!(answer.status(), StatusCode::OK);
    let header = |name: &str| answer.headers()[name].to_str().expect("it is text").to_owned();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert!(header("content-security-policy").starts_with("default-src 'none'; style-src 'unsafe-inline'"));
    let page = answer.text().await.expect("it has a body");
    assert!(!page.contains("<script") && !page.contains("http"), "it runs nothing and loads nothing: {page}");
    page
}

#[track_caller]
fn says(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "{text} is not said in {page}");
    }
}

/// The event that carried this notice.
fn first(done: &om_tests::house::Done) -> &str {
    &done.events[0]
}

async fn served_by(case: &Case, name: &str) -> String {
    let entry = case.last(name).await;
    entry.all.0["id"].as_str().expect("it has an id").to_owned()
}

#[tokio::test]
async fn the_roads_to_a_decision_are_printed() {
    let case = Case::story().await;
    case.at("2023-06-12");
    let (clerk, water) = (case.by("clerk"), case.by("wa-officer-1"));
    clerk.submit("W", &["form"]).done().await;
    let correction = water.notice_correction("W", &["material:seal"]).done().await;
    let correction = page(&case, first(&correction)).await;
    says(
        &correction,
        &[
            "申请材料补正一次性告知书",
            "第三十二条第一款第（四）项",
            "<li>",
            "二〇二三年六月十二日",
            "县水务局",
        ],
    );
    clerk.receive_correction("W", &FORM).done().await;
    let accepted = water.accept("W").done().await;
    let acceptance = page(&case, first(&accepted)).await;
    says(&acceptance, &["受理通知书", "2023年6月12日", "决定予以受理", "届满", "县水务局"]);

    case.at("2023-06-13");
    let extended = case.by("wa-head").extend("W", 5).done().await;
    says(&page(&case, first(&extended)).await, &["延长办理期限告知书", "延长5个工作日", "案情复杂。"]);
    let stopped = water.stop("W", "EXPERT_REVIEW", "2023-06-27").done().await;
    let stopped = page(&case, first(&stopped)).await;
    says(&stopped, &["特别程序告知书", "专家评审", "第四十五条", "至2023年6月27日止", "尚余"]);
    water.resume("W", "EXPERT_REVIEW").done().await;

    case.at("2023-06-20");
    let other = case.by("wa-officer-2");
    let approved = other.approve("W").done().await;
    says(&page(&case, first(&approved)).await, &["准予行政许可决定书", "第三十八条第一款"]);
    let service = fetched(&case, "auditor", &format!("{}/service", path(first(&approved)))).await.1;
    says(
        &service,
        &["送达回证", "《准予行政许可决定书》", "直接送达", "2023年6月20日", "受送达人签名或者盖章"],
    );

    // asked for later, by whoever it is, what was printed is what is printed
    case.at("2023-12-01").time_passes().await;
    assert_eq!(page(&case, first(&accepted)).await, acceptance, "the same for ever");
    let url = case.last("PermitAccepted").await.all.0["noticeUrl"].clone();
    assert_eq!(url, json!(path(first(&accepted))), "the history says where it is");
}

#[tokio::test]
async fn what_goes_against_the_applicant_says_why_and_what_can_be_done() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &FORM, "wa-officer-1").await;
    let denied = case.by("wa-officer-2").deny("W").done().await;
    says(&page(&case, first(&denied)).await, &["不予行政许可决定书", "依据", "救济途径"]);

    let case = Case::story().await;
    case.at("2023-06-12");
    case.by("clerk").submit("W", &FORM).done().await;
    let refused = case.by("wa-officer-1").refuse_acceptance("W").done().await;
    let page = page(&case, first(&refused)).await;
    says(&page, &["不予受理决定书", "不属于本机关职权范围。", "六十日内", "六个月内"]);
}

#[tokio::test]
async fn what_is_written_into_a_notice_is_text() {
    let case = Case::story().await;
    case.at("2023-06-12");
    case.by("clerk").submit("W", &FORM).done().await;
    let hostile = json!({ "reason": "<script>alert(1)</script><img src=http://evil.example>" });
    let refused = case.by("wa-officer-1").refuse_acceptance("W").with(hostile).done().await;
    let (_, page) = fetched(&case, "clerk", &path(first(&refused))).await;
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script") && !page.contains("<img"), "{page}");
}

#[tokio::test]
async fn a_notice_is_its_countys_and_what_is_none_has_no_page() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", &FORM, "wa-officer-1").await;
    let accepted = served_by(&case, "PermitAccepted").await;
    assert_eq!(fetched(&case, "stranger", &path(&accepted)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(fetched(&case, "nobody-we-know", &path(&accepted)).await.0, StatusCode::UNAUTHORIZED);
    let submitted = served_by(&case, "PermitSubmitted").await;
    assert_eq!(fetched(&case, "clerk", &path(&submitted)).await.0, StatusCode::NOT_FOUND);
    let nonsense = fetched(&case, "clerk", "/matters/x/notices/y").await;
    assert_eq!(nonsense.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_next_number_follows_the_last_of_body_kind_and_year() {
    let case = Case::story().await;
    let next = async |user: &str, kind: &str| {
        let query = format!("{{ nextNoticeNumber(kind: {kind}) }}");
        case.ask(user, &query, json!({})).await["nextNoticeNumber"].as_str().expect("a number").to_owned()
    };
    case.at("2023-06-12");
    assert_eq!(next("wa-officer-1", "ACCEPTANCE").await, "（530322）水务受字〔2023〕第1号");
    case.by("clerk").submit("W", &FORM).done().await;
    let number = next("wa-officer-1", "ACCEPTANCE").await;
    let water: By<'_> = case.by("wa-officer-1");
    let mut notice = water.notice();
    notice["number"] = json!(number);
    water.accept("W").with(json!({ "notice": notice })).done().await;
    assert_eq!(next("wa-officer-1", "ACCEPTANCE").await, "（530322）水务受字〔2023〕第2号");
    assert_eq!(next("wa-officer-1", "APPROVAL").await, "（530322）水务许字〔2023〕第1号");
    assert_eq!(next("nr-officer-1", "ACCEPTANCE").await, "（530322）自然资源受字〔2023〕第1号");
}

#[tokio::test]
async fn what_comes_after_a_decision_is_printed_too() {
    let case = Case::story().await;
    case.at("2023-06-12").approved("W", &FORM, "wa-officer-1").await;
    let water = case.by("wa-officer-1");
    water.issue_until("W", "2023-12-31").done().await;
    case.at("2023-11-01").by("clerk").ask_renewal("W").done().await;
    let renewed = water.renew("W", "2026-12-31").done().await;
    says(
        &page(&case, first(&renewed)).await,
        &["准予延续行政许可决定书", "第五十条", "有效期至2026年12月31日"],
    );
    let revoked = case.by("wa-head").revoke("W").done().await;
    says(
        &page(&case, first(&revoked)).await,
        &["撤销行政许可决定书", "违反法定程序。", "行政许可法 69", "六十日内"],
    );

    let case = Case::story().await;
    case.at("2023-06-12").approved("W", &FORM, "wa-officer-1").await;
    let water = case.by("wa-officer-1");
    water.issue_until("W", "2023-12-31").done().await;
    case.at("2023-11-01").by("clerk").ask_renewal("W").done().await;
    let refused = water.refuse_renewal("W").done().await;
    says(
        &page(&case, first(&refused)).await,
        &["不予延续行政许可决定书", "不再符合条件。", "六十日内申请行政复议。"],
    );
}

#[tokio::test]
async fn a_tolerated_deficiency_and_a_notice_recorded_late_stand_in_theirs() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    case.at("2023-06-21").time_passes().await;
    let late = case.by("wa-head").set_aside("W", &["material:seal"], "2023-06-16").done().await;
    says(&page(&case, first(&late)).await, &["申请材料补正一次性告知书", "二〇二三年六月十六日", "盖章件"]);

    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form", "proof", "photo"]).done().await;
    let water = case.by("wa-officer-1");
    water.tolerate("W", "material:seal", "ACCEPT", "2023-06-20").done().await;
    let accepted = water.accept("W").done().await;
    let page = page(&case, first(&accepted)).await;
    says(&page, &["除下列容缺事项外", "<li>盖章件（容缺受理，请最迟于2023年6月20日补齐）</li>"]);
}
