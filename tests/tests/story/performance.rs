//! How a department did in a period, and all that lies before a township in one query.

use om_tests::house::{Case, House, Seen};
use serde_json::{Value, json};
use uuid::Uuid;

const FILE: &[&str] = &["form", "seal", "proof", "photo"];
const REPORT: &str = "query($from: Date!, $to: Date!, $body: ID) { departmentPerformance(from: $from, to: $to, body: $body) {
    body decided limited onTime onTimeRate medianWorkingDays kinds { name nature decided onTime medianWorkingDays }
    overdue { terms handoffs opinions total } entries backfilled backfillRate tolerances { granted kept lapsed open } } }";

async fn report(house: &House, user: &str, from: &str, to: &str, body: &str) -> Seen {
    house.platform.projections.caught_up().await.unwrap_or_else(|e| panic!("{e}"));
    let all = house.ask(user, REPORT, json!({ "from": from, "to": to, "body": body })).await;
    Seen(all["departmentPerformance"].clone())
}

#[tokio::test]
async fn r16_a_department_is_measured_by_its_decisions_delays_and_late_entries() {
    let case = Case::story().await;
    let other = Case::begin(&case.house, "story", 2).await;
    // ten working days are promised; the first takes two of them, the second twelve
    case.at("2023-06-12");
    case.accepted("W", FILE, "wa-officer-1").await;
    other.accepted("W", FILE, "wa-officer-1").await;
    case.at("2023-06-14").by("wa-officer-1").approve("W").done().await;
    case.at("2023-06-30").time_passes().await;
    other.by("wa-officer-1").approve("W").done().await;
    // entered three working days after it happened, more than the grace of one
    case.at("2023-07-05");
    case.by("wa-officer-1").issue("W").effective_on("2023-06-20").done().await;
    let seen = report(&case.house, "auditor", "2023-06-01", "2023-07-31", "body:water").await;
    let water = Seen(seen.at("0").clone());
    water.shows("decided", 2).shows("limited", 2).shows("onTime", 1).shows("onTimeRate", 0.5);
    water.shows("kinds.0.name", "取水许可").shows("kinds.0.nature", "PERMIT");
    // 12 to 14 June: 2; 12 to 30 June with the two days of the Dragon Boat Festival and the worked Sunday after: 13
    water.shows("kinds.0.medianWorkingDays", 7.5).shows("medianWorkingDays", 7.5);
    water.shows("overdue.terms", 1).shows("overdue.total", 1);
    water.shows("backfilled", 1).shows("entries", 5).shows("backfillRate", 0.2);
    let june = report(&case.house, "wa-officer-1", "2023-06-01", "2023-06-15", "body:water").await;
    june.shows("0.decided", 1).shows("0.onTimeRate", 1.0).shows("0.overdue.total", 0);
    let nobody = report(&case.house, "auditor", "2023-06-01", "2023-07-31", "body:fire").await;
    nobody.shows("0", Value::Null);
    let abroad = report(&case.house, "stranger", "2023-06-01", "2023-07-31", "body:water").await;
    abroad.shows("0", Value::Null);
    let turned = case.house.post("lead", REPORT, json!({ "from": "2023-07-01", "to": "2023-06-01" })).await;
    assert_eq!(turned["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{turned}");
}

#[tokio::test]
async fn a_township_sees_its_matters_tasks_handoffs_and_meeting_tasks_in_one_query() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    case.by("wa-officer-1").offer("W", "tongle").done().await;
    let mut input = json!({ "title": "专班会议", "on": "2023-06-12", "place": "二楼会议室", "chair": "officer:lead",
        "matters": [case.id], "bodies": ["body:tongle"], "agenda": [], "commandId": Uuid::new_v4() });
    let query = "mutation($input: ConveneMeetingInput!) { conveneMeeting(input: $input) {
        ... on MeetingCommandDone { meeting { id } } } }";
    let convened = case.house.ask("lead", query, json!({ "input": input })).await;
    let meeting = convened["conveneMeeting"]["meeting"]["id"].clone();
    input = json!({ "meeting": meeting, "text": "完成征迁", "owner": "body:tongle", "limit": "2023-06-25",
        "commandId": Uuid::new_v4() });
    let query = "mutation($input: AssignTaskInput!) { assignTask(input: $input) { ... on MeetingCommandDone { repeated } } }";
    case.house.ask("lead", query, json!({ "input": input })).await;
    let desk = "{ townshipDesk { body matters { nodes { id name phase } } tasks { nodes { kind permitCode due } standIns { reason } }
        handoffs { permitCode kind since due } meetingTasks { text due overdue } standIns { principal } } }";
    let seen = case.list("township", desk).await;
    seen.shows("townshipDesk.body", "body:tongle");
    seen.shows("townshipDesk.matters.nodes.0.id", case.id.as_str());
    seen.shows("townshipDesk.tasks.nodes.0.kind", "ANSWER_HANDOFF");
    seen.shows("townshipDesk.handoffs.0.permitCode", "W").shows("townshipDesk.handoffs.0.due", "2023-06-14");
    seen.shows("townshipDesk.meetingTasks.0.text", "完成征迁")
        .shows("townshipDesk.meetingTasks.0.due", "2023-06-25");
    case.by("township").receive("W").done().await;
    let after = case.list("township", desk).await;
    after.shows("townshipDesk.handoffs", json!([]));
}
