//! Joint review (联合审查) and joint acceptance (联合验收): all departments are asked at once, each answers for itself, and the
//! decision carries one conclusion.

use om_tests::house::Case;
use serde_json::json;

/// The joint review and acceptance of the shipped road with nothing before them, and a unified licence of forty-five days.
const TOGETHER: &str = r#"
id = "together"
name = "联合办理"
kind = "市政道路"
promise_list = "承诺清单"

[[permit]]
code = "B1"
name = "设计方案联合审查"
stage = "construction"
lead = "natural-resources"
cooperating = ["housing-construction", "urban-management", "traffic-police", "water"]
opinions = { value = 3, unit = "working_days", source = "县并联审批规程", overdue_counts_as = "agree" }
nature = "review"
handling = "joint"
basis = "国办发〔2019〕11号"
promised = { value = 7, unit = "working_days" }

[[permit]]
code = "D1"
name = "限时联合验收"
stage = "completion"
lead = "housing-construction"
cooperating = ["natural-resources", "fire", "civil-defence"]
opinions = { value = 5, unit = "working_days", source = "县联合验收规程", overdue_counts_as = "nothing" }
nature = "review"
handling = "joint"
basis = "国办发〔2018〕33号"
promised = { value = 12, unit = "working_days" }
site_check = true
needs = [{ milestone = "works-completed", before = "accept", statutory = true, source = "建设工程质量管理条例 16" }]

[[permit]]
code = "U1"
name = "统一办理的许可"
stage = "construction"
lead = "development-reform"
cooperating = ["water"]
opinions = { value = 10, unit = "working_days", source = "县并联审批规程", overdue_counts_as = "nothing" }
nature = "permit"
handling = "joint"
basis = "行政许可法 26"
statutory = { value = 45, unit = "working_days", source = "行政许可法 42" }
extension = { value = 15, unit = "working_days", source = "行政许可法 42" }

[[milestone]]
code = "works-completed"
name = "工程完工"
after_permits = ["B1"]
expected = { value = 30, unit = "calendar_days" }
"#;

const OPINIONS: &str = "opinionCount { given asked } round { opinions { body due { date } overdue standing
    given { on late afterDecision conditions reasons article treatment treatmentReasons } } decision { approved } }";

async fn together() -> Case {
    Case::of(TOGETHER, "together").await
}

async fn opinions(case: &Case, code: &str) -> om_tests::house::Seen {
    case.see_as("lead", &format!("permit(code: \"{code}\") {{ {OPINIONS} }}"), json!(null)).await
}

/// The desk of a body: kind and last day of what it has to do on a permit.
async fn desk(case: &Case, officer: &str, body: &str) -> Vec<(String, String)> {
    let query = format!("{{ desk(body: \"body:{body}\") {{ edges {{ node {{ kind due }} }} }} }}");
    let list = case.list(officer, &query).await;
    list.each("desk.edges", "node.kind").into_iter().zip(list.each("desk.edges", "node.due")).collect()
}

#[tokio::test]
async fn r15_a_joint_review_from_convening_to_one_conclusion() {
    let case = together().await;
    case.at("2023-06-12").accepted("B1", &[], "nr-officer-1").await;
    let lead = case.by("nr-officer-1");
    let alone = json!({ "bodies": ["body:water"] });
    lead.ask("B1").with(alone).refused("AskAllAtOnce").await.by("R15", "行政许可法 26");
    lead.approve("B1").refused("OpinionsAwaited").await;
    lead.ask("B1").done().await;
    let seen = opinions(&case, "B1").await;
    seen.shows("permit.opinionCount", json!({ "given": 0, "asked": 4 }));
    for opinion in seen.all("permit.round.opinions") {
        opinion.shows("due.date", "2023-06-15").shows("standing", "AWAITED");
    }
    for (officer, body) in [
        ("hc-officer-1", "housing-construction"),
        ("um-officer-1", "urban-management"),
        ("wa-officer-1", "water"),
    ] {
        let own = desk(&case, officer, body).await;
        assert_eq!(own, [("GIVE_OPINION".to_owned(), "2023-06-15".to_owned())], "{body}");
    }

    // each for itself, and nobody for another
    case.by("wa-officer-1").agree("B1", "urban-management").refused("NotAuthorised").await;
    case.at("2023-06-13");
    case.by("hc-officer-1").agree("B1", "housing-construction").done().await;
    let conditions = json!({ "agreeOnConditions": "路灯与绿化同步设计" });
    case.by("um-officer-1").opine("B1", "urban-management", conditions).done().await;
    case.by("wa-officer-1").object("B1", "water").done().await;
    assert!(desk(&case, "wa-officer-1", "water").await.is_empty());
    let own = desk(&case, "nr-officer-1", "natural-resources").await;
    assert!(own.iter().any(|(kind, _)| kind == "TREAT_OBJECTION"), "{own:?}");

    // silence counts as the plan says, by time alone
    case.at("2023-06-16").time_passes().await;
    assert_eq!(case.times("OpinionOverdue").await, 1);
    case.last("OpinionOverdue")
        .await
        .all
        .shows("data.body", "traffic-police")
        .shows("data.counts_as", "agree");

    lead.approve("B1").refused("ObjectionsOpen").await.says("bodies", json!(["water"]));
    lead.treat("B1", "water", "ADOPTED").done().await;
    lead.approve("B1").done().await;
    let concluded = case.last("OpinionsConcluded").await;
    assert_eq!(concluded.all.all("data.opinions").len(), 4, "one conclusion for all four");
}

#[tokio::test]
async fn one_conclusion_stands_beside_the_decision_and_a_late_opinion_after_it() {
    let case = together().await;
    case.at("2023-06-12").accepted("B1", &[], "nr-officer-1").await;
    let lead = case.by("nr-officer-2");
    lead.ask("B1").done().await;
    let conditions = json!({ "agreeOnConditions": "路灯与绿化同步设计" });
    case.by("um-officer-1").opine("B1", "urban-management", conditions).done().await;
    case.by("hc-officer-1").agree("B1", "housing-construction").done().await;
    case.by("wa-officer-1").object("B1", "water").done().await;
    case.by("wa-officer-2").unobject("B1", "water").done().await;
    case.at("2023-06-16");
    lead.approve("B1").done().await;
    let concluded = case.last("OpinionsConcluded").await;
    let all = concluded.all.all("data.opinions");
    let standings: Vec<_> = all.iter().map(|o| (o.at("body").clone(), o.at("standing").clone())).collect();
    assert_eq!(
        standings,
        [
            (json!("housing-construction"), json!("agreed")),
            (json!("traffic-police"), json!("silent_agreed")),
            (json!("urban-management"), json!("agreed_on_conditions")),
            (json!("water"), json!("objection_withdrawn"))
        ]
    );
    let zh = concluded.all.at("sentenceZh").to_string();
    assert!(zh.contains("逾期视为同意") && zh.contains("有条件同意"), "{zh}");
    // after the decision it is taken, shown as late, and changes nothing
    case.at("2023-06-19").by("tp-officer-1").object("B1", "traffic-police").done().await;
    let seen = opinions(&case, "B1").await;
    let late = seen.one("permit.round.opinions", "body", "body:traffic-police");
    late.shows("standing", "SILENT_AGREED").shows("given.late", true).shows("given.afterDecision", true);
    seen.one("permit.round.opinions", "body", "body:urban-management")
        .shows("given.conditions", "路灯与绿化同步设计");
}

#[tokio::test]
async fn a_joint_acceptance_waits_for_every_department_whatever_the_days() {
    let case = together().await;
    case.at("2023-06-12").accepted("B1", &[], "nr-officer-1").await;
    case.by("nr-officer-2").ask("B1").done().await;
    case.at("2023-06-16").by("nr-officer-2").approve("B1").done().await;
    case.at("2023-07-03").by("lead").reach("works-completed").done().await;
    case.accepted("D1", &[], "hc-officer-1").await;
    let lead = case.by("hc-officer-2");
    lead.ask("D1").done().await;
    lead.check("D1", &["hc-officer-1", "hc-officer-2"]).done().await;
    case.by("nr-officer-1").agree("D1", "natural-resources").done().await;
    case.at("2023-07-11").time_passes().await;
    assert_eq!(case.times("OpinionOverdue").await, 6, "four of the review, two of the acceptance");
    let awaited = lead.approve("D1").refused("OpinionsAwaited").await;
    assert!(awaited.zh.contains("消防") && awaited.zh.contains("2023-07-10"), "{}", awaited.zh);
    case.by("fi-officer-1").agree("D1", "fire").done().await;
    case.by("cd-officer-1").agree("D1", "civil-defence").done().await;
    let seen = opinions(&case, "D1").await;
    seen.one("permit.round.opinions", "body", "body:fire")
        .shows("given.late", true)
        .shows("standing", "AGREED");
    seen.shows("permit.opinionCount", json!({ "given": 3, "asked": 3 }));
    lead.approve("D1").done().await;
    let concluded = case.last("OpinionsConcluded").await;
    assert!(concluded.all.all("data.opinions").iter().all(|o| o.at("standing") == "agreed"));
}

#[tokio::test]
async fn r04_what_is_handled_together_has_forty_five_days_and_opinions_stop_none() {
    let case = together().await;
    case.at("2023-06-12").accepted("U1", &[], "dr-officer-1").await;
    let before = case.permit("U1").await;
    before.shows("clock.statutory.total", 45);
    let due = before.at("clock.statutory.due").clone();
    case.by("dr-officer-2").ask("U1").done().await;
    case.permit("U1").await.shows("clock.statutory.due", due).shows("clock.statutory.state", "RUNNING");
    case.by("dr-head").extend("U1", 15).refused("NotAuthorised").await.by("R4", "行政许可法 42");
}

#[tokio::test]
async fn r13_a_department_that_does_not_answer_is_reminded_carded_and_answers_for_it() {
    let case = together().await;
    case.at("2023-06-12").accepted("U1", &[], "dr-officer-1").await;
    case.by("dr-officer-1").ask("U1").done().await;
    // ten working days from the 12th: until Tuesday the 27th; nine are used at the end of Monday the 26th
    let part = "permit(code: \"U1\") { cards { number color subject against on term evidence { used left total due } can { name
        allowed } } round { opinions { body yellowCardOn cardReminder } } }";
    let seen = case.see_as("lead", part, json!(null)).await;
    seen.shows("permit.round.opinions.0.yellowCardOn", "2023-06-27")
        .shows("permit.round.opinions.0.cardReminder", false);
    case.at("2023-06-25");
    let seen = case.see_as("lead", part, json!(null)).await;
    seen.shows("permit.round.opinions.0.cardReminder", true);
    case.at("2023-06-28").time_passes().await;
    case.time_passes().await;
    let seen = case.see_as("wa-officer-1", part, json!(null)).await;
    let cards = seen.all("permit.cards");
    let [yellow, red] = &cards[..] else { panic!("{cards:?}") };
    yellow.shows("color", "YELLOW").shows("on", "2023-06-27").shows("evidence.left", 1);
    red.shows("color", "RED").shows("on", "2023-06-28").shows("subject", "OPINION").lacks("term");
    red.shows("against", "body:water").shows("evidence.due", "2023-06-27").shows("evidence.total", 10);
    let may = |name: &str| red.one("can", "name", name).at("allowed").clone();
    assert_eq!((may("answerCard"), may("clearCard")), (json!(true), json!(false)));
    let issued = case.last("CardIssued").await.all;
    issued.shows("data.subject.kind", "opinion").shows("data.subject.body", "water");
    let said = issued.at("sentenceZh").as_str().unwrap_or_default();
    assert!(said.contains("意见期限2023-06-27") && said.contains("水务局"), "{said}");
    let list = "{ supervision(filter: { open: true }) { edges { node { subject color against } } } }";
    case.list("supervisor", list).await.shows("supervision.edges.0.node.subject", "OPINION");

    let answer = json!({ "permit": "U1", "card": 2, "answer": "已办理，今日回复" });
    case.by("dr-officer-1").act("answerCard", answer.clone()).refused("NotAuthorised").await;
    case.by("wa-officer-1").act("answerCard", answer).done().await;
    let clear = json!({ "permit": "U1", "card": 2, "reason": "意见已回复" });
    case.by("supervisor")
        .act("clearCard", clear.clone())
        .refused("StillOverdue")
        .await
        .by("R13", "本平台规则");
    case.by("wa-officer-1").agree("U1", "water").done().await;
    case.by("supervisor").act("clearCard", clear).done().await;

    // by hand it is against whom was asked, and nobody else
    let hand = |body: &str| {
        json!({ "permit": "U1", "color": "YELLOW", "against": format!("body:{body}"), "reason": "催办",
            "awaitedOpinion": true })
    };
    case.by("supervisor").act("issueCard", hand("ecology")).refused("NotAsked").await;
    case.by("supervisor").act("issueCard", hand("water")).done().await;
}

#[tokio::test]
async fn r13_cards_on_opinions_are_a_setting_of_the_county() {
    let case = together().await;
    let change =
        json!({ "from": "2023-06-13", "reason": "县政府办〔2023〕9号", "opinionCardsByRule": false });
    case.at("2023-06-12").on_register("administrator", "changeSettings", change).await.shows("entries", 1);
    let history = "{ settingsHistory { opinionCardsByRule opinionYellowLeftWorkingDays cardsByRule } }";
    let history = case.ask("auditor", history, json!({})).await;
    assert_eq!(
        history["settingsHistory"],
        json!([{ "opinionCardsByRule": true, "opinionYellowLeftWorkingDays": 1, "cardsByRule": true },
               { "opinionCardsByRule": false, "opinionYellowLeftWorkingDays": 1, "cardsByRule": true }])
    );
    case.accepted("U1", &[], "dr-officer-1").await;
    case.by("dr-officer-1").ask("U1").done().await;
    case.at("2023-06-29").time_passes().await;
    assert_eq!((case.times("OpinionOverdue").await, case.times("CardIssued").await), (1, 0));
}
