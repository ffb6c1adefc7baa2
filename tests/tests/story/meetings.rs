//! A joint meeting (联席会议) resolves, the competent body acts, tasks are claimed, reported, confirmed or late.

use om_tests::house::{Case, House, Seen};
use serde_json::{Value, json};
use uuid::Uuid;

const MEETING: &str = "id revision phase title on chair minutes
    resolutions { number text matter doneBy { event act actCalledZh body on } can { name allowed code } }
    tasks { number text owner limit due state overdue claimedOn doneOn reports { progress finished returned } }";

/// The answer to a command on a meeting.
async fn say(house: &House, user: &str, name: &str, input: Value) -> Seen {
    let mut input = input;
    if let Some(input) = input.as_object_mut() {
        input.entry("commandId").or_insert_with(|| json!(Uuid::new_v4()));
    }
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ {name}(input: $input) {{ __typename
           ... on MeetingCommandDone {{ events repeated meeting {{ {MEETING} }} }}
           ... on CommandRefused {{ code rule source messageZh facts }} ... on CommandConflict {{ kind }} }} }}"
    );
    Seen(house.ask(user, &query, json!({ "input": input })).await[name].clone())
}

fn done(seen: Seen) -> Seen {
    assert_eq!(seen.0["__typename"], "MeetingCommandDone", "{seen:?}");
    Seen(seen.0["meeting"].clone())
}

fn refused(seen: &Seen, code: &str) {
    assert_eq!(seen.0["code"], code, "{seen:?}");
}

fn convening(case: &Case) -> Value {
    json!({ "title": "同乐大道专班第二次联席会议", "on": "2023-06-15", "place": "县政府二楼会议室", "chair": "officer:lead",
        "matters": [case.id], "bodies": ["body:water", "body:tongle"], "agenda": ["取水许可", "征迁"] })
}

/// Convened on the 12th for the 15th, one resolution, one task of the water department until the 30th.
async fn held() -> (Case, String) {
    let case = Case::story().await;
    case.at("2023-06-12");
    let meeting = done(say(&case, "lead", "conveneMeeting", convening(&case)).await);
    let id = meeting.0["id"].as_str().unwrap_or_default().to_owned();
    assert!(id.starts_with("meeting:"), "{id}");
    case.at("2023-06-15");
    let resolve = json!({ "meeting": id, "matter": case.id, "text": "水务局于6月25日前批复取水许可" });
    done(say(&case, "lead", "recordResolution", resolve).await);
    let task = json!({ "meeting": id, "matter": case.id, "resolution": 1, "text": "批复取水许可", "owner": "body:water",
        "limit": "2023-06-30" });
    done(say(&case, "lead", "assignTask", task).await);
    (case, id)
}

async fn meeting(case: &Case, id: &str, at: Value) -> Seen {
    let query = format!("query($id: ID!, $at: AtInput) {{ meeting(id: $id, at: $at) {{ {MEETING} past }} }}");
    Seen(case.house.ask("lead", &query, json!({ "id": id, "at": at })).await["meeting"].clone())
}

#[tokio::test]
async fn a_meeting_resolves_and_the_competent_body_does_it() {
    let (case, id) = held().await;
    let approved =
        case.at("2023-06-20").approved("W", &["form", "seal", "proof", "photo"], "wa-officer-1").await;
    let entry = approved.events.last().cloned().unwrap_or_default();
    let link = |event: &str| json!({ "meeting": id, "number": 1, "event": event });
    // a body that takes no part is not told of the meeting; one that does says nothing of what another did
    refused(&say(&case, "ec-officer-1", "linkResolution", link(&entry)).await, "NoSuchMeeting");
    refused(&say(&case, "tongle-officer-1", "linkResolution", link(&entry)).await, "NotThisPerson");
    let matter = case.id.trim_start_matches("matter:");
    let nowhere = format!("event:{matter}/{}", Uuid::new_v4());
    let unknown = say(&case, "lead", "linkResolution", link(&nowhere)).await;
    refused(&unknown, "NoSuchEntry");
    let begun = case.last("MatterStarted").await.all;
    let before = begun.at("id").as_str().unwrap_or_default().to_owned();
    refused(&say(&case, "lead", "linkResolution", link(&before)).await, "DoneBefore");
    let linked = done(say(&case, "wa-officer-1", "linkResolution", link(&entry)).await);
    linked
        .shows("resolutions.0.doneBy.0.act", "PermitApproved")
        .shows("resolutions.0.doneBy.0.actCalledZh", "批准")
        .shows("resolutions.0.doneBy.0.body", "body:water");
    let again = say(&case, "lead", "linkResolution", link(&entry)).await;
    again.shows("events", json!([]));
    let closed = json!({ "meeting": id, "minutes": "陆专纪〔2023〕2号" });
    refused(&say(&case, "wa-officer-1", "closeMeeting", closed.clone()).await, "NotThisPerson");
    done(say(&case, "lead", "closeMeeting", closed).await)
        .shows("minutes", "陆专纪〔2023〕2号")
        .shows("phase", "CLOSED");
    let late = json!({ "meeting": id, "matter": case.id, "text": "补记" });
    refused(&say(&case, "lead", "recordResolution", late).await, "MeetingEnded");
    // as it was known on the day of the meeting, nothing was done yet
    let then = json!({ "known": { "time": om_tests::house::moment("2023-06-15 18:00").to_string() } });
    let then = meeting(&case, &id, then).await;
    then.shows("phase", "CONVENED").shows("resolutions.0.doneBy", json!([])).shows("past", true);
    then.shows("resolutions.0.can", json!([]));
    let history =
        "query($id: ID!) { meeting(id: $id) { history { edges { node { id name sentenceZh } } } } }";
    let history = Seen(case.house.ask("auditor", history, json!({ "id": id })).await);
    history.shows("meeting.history.edges.0.node.name", "MeetingConvened");
    let said = history.at("meeting.history.edges.0.node.sentenceZh").as_str().unwrap_or_default();
    assert!(said.contains("同乐街道") && !said.contains("tongle"), "bodies by their names: {said}");
    let first = history.at("meeting.history.edges.1.node.id").clone();
    let node = "query($id: ID!) { node(id: $id) { id ... on MeetingEntry { name } } }";
    let node = Seen(case.house.ask("auditor", node, json!({ "id": first })).await);
    node.shows("node.name", "ResolutionRecorded");
}

#[tokio::test]
async fn who_may_convene_and_who_may_link_is_said_before_they_try() {
    let (case, id) = held().await;
    let convene = "{ me { can { name allowed code reasonZh } } }";
    for (user, allowed) in [("lead", true), ("wa-officer-1", false), ("auditor", false)] {
        let seen = Seen(case.house.ask(user, convene, json!({})).await);
        seen.shows("me.can.0.name", "conveneMeeting").shows("me.can.0.allowed", allowed);
    }
    let query = format!("query($id: ID!) {{ meeting(id: $id) {{ {MEETING} }} }}");
    for (user, allowed) in [("lead", true), ("wa-officer-1", true), ("auditor", false)] {
        let seen = Seen(case.house.ask(user, &query, json!({ "id": id })).await["meeting"].clone());
        seen.shows("resolutions.0.can.0.name", "linkResolution")
            .shows("resolutions.0.can.0.allowed", allowed);
    }
}

#[tokio::test]
async fn the_owner_claims_within_the_limit_reports_and_another_confirms() {
    let (case, id) = held().await;
    let claim = |due: &str| json!({ "meeting": id, "number": 1, "due": due });
    refused(&say(&case, "tongle-officer-1", "claimTask", claim("2023-06-20")).await, "NotThisPerson");
    refused(&say(&case, "wa-officer-1", "claimTask", claim("2023-07-01")).await, "DueBeyondLimit");
    done(say(&case, "wa-officer-1", "claimTask", claim("2023-06-20")).await)
        .shows("tasks.0.due", "2023-06-20")
        .shows("tasks.0.state", "CLAIMED");
    let report = |progress: &str, finished: bool| json!({ "meeting": id, "number": 1, "progress": progress, "finished": finished });
    case.at("2023-06-19");
    done(say(&case, "wa-officer-1", "reportTask", report("专家已评审", false)).await);
    refused(&say(&case, "lead", "confirmTask", json!({ "meeting": id, "number": 1 })).await, "NotReported");
    done(say(&case, "wa-officer-1", "reportTask", report("已批复", true)).await);
    let back = json!({ "meeting": id, "number": 1, "reason": "批复未附图" });
    done(say(&case, "lead", "returnTask", back).await).shows("tasks.0.reports.1.returned", "批复未附图");
    done(say(&case, "wa-officer-1", "reportTask", report("已补图", true)).await)
        .shows("tasks.0.state", "FINISHED");
    let confirm = json!({ "meeting": id, "number": 1, "commandId": Uuid::new_v4() });
    refused(&say(&case, "wa-officer-1", "confirmTask", confirm.clone()).await, "NotThisPerson");
    let confirm = json!({ "meeting": id, "number": 1, "commandId": Uuid::new_v4() });
    done(say(&case, "deputy", "confirmTask", confirm.clone()).await).shows("tasks.0.state", "DONE");
    assert_eq!(say(&case, "deputy", "confirmTask", confirm).await.0["repeated"], true);
}

#[tokio::test]
async fn r22_a_task_whose_date_passed_is_stated_overdue_once_and_listed() {
    let (case, id) = held().await;
    let task = json!({ "meeting": id, "matter": case.id, "text": "完成征迁", "owner": "body:tongle", "limit": "2023-06-25" });
    done(say(&case, "lead", "assignTask", task).await).shows("tasks.1.number", 2);
    let list = "{ open: tasks(filter: { body: \"body:tongle\", open: true }) { edges { node { number text due overdue
        meetingTitle can { name allowed } } } } late: tasks(filter: { overdue: true }) { edges { node { number owner } } }
        meetings { edges { node { id title } } } }";
    let seen = case.list("tongle-officer-1", list).await;
    seen.shows("open.edges.0.node.text", "完成征迁")
        .shows("open.edges.0.node.overdue", false)
        .shows("late.edges", json!([]));
    seen.shows("meetings.edges.0.node.id", id.as_str());
    let can = seen.0["open"]["edges"][0]["node"]["can"].as_array().cloned().unwrap_or_default();
    assert!(can.iter().any(|action| action["name"] == "claimTask" && action["allowed"] == true), "{can:?}");
    case.at("2023-06-26").time_passes().await;
    case.time_passes().await;
    let count = "query($id: ID!) { meeting(id: $id) { history(first: 200) { edges { node { name effectiveOn } } } } }";
    let history = Seen(case.house.ask("auditor", count, json!({ "id": id })).await);
    let overdue: Vec<_> = history
        .all("meeting.history.edges")
        .into_iter()
        .filter(|e| e.0["node"]["name"] == "TaskOverdue")
        .collect();
    assert_eq!(overdue.len(), 1, "stated once");
    overdue[0].shows("node.effectiveOn", "2023-06-26");
    let seen = case.list("tongle-officer-1", list).await;
    seen.shows("late.edges.0.node.owner", "body:tongle").shows("open.edges.0.node.overdue", true);
    let part = "meetings { title } tasks { number owner overdue }";
    let seen = case.see_as("lead", part, Value::Null).await;
    seen.shows("meetings.0.title", "同乐大道专班第二次联席会议");
    seen.shows("tasks.0.number", 2).shows("tasks.0.overdue", true).shows("tasks.1.number", 1);
}

#[tokio::test]
async fn who_may_convene_what_is_called_off_and_a_retry_convenes_no_second_meeting() {
    let case = Case::story().await;
    case.at("2023-06-12");
    refused(&say(&case, "wa-officer-1", "conveneMeeting", convening(&case)).await, "NotThisPerson");
    let mut nobody = convening(&case);
    nobody["bodies"] = json!(["body:no-such-body"]);
    refused(&say(&case, "lead", "conveneMeeting", nobody).await, "UnknownBody");
    let mut other = convening(&case);
    other["matters"] = json!(["matter:01J00000000000000000000000"]);
    refused(&say(&case, "lead", "conveneMeeting", other).await, "NoSuchMatter");
    let mut input = convening(&case);
    input["commandId"] = json!(Uuid::new_v4());
    let first = done(say(&case, "lead", "conveneMeeting", input.clone()).await);
    let again = say(&case, "lead", "conveneMeeting", input).await;
    assert_eq!((&again.0["repeated"], &again.0["meeting"]["id"]), (&json!(true), &first.0["id"]));
    let id = first.0["id"].clone();
    let early = json!({ "meeting": id, "matter": case.id, "text": "议定" });
    refused(&say(&case, "lead", "recordResolution", early).await, "NotHeldYet");
    let off = json!({ "meeting": id, "reason": "改期", "expectedRevision": 7 });
    assert_eq!(say(&case, "lead", "cancelMeeting", off).await.0["kind"], "MOVED_ON");
    done(say(&case, "lead", "cancelMeeting", json!({ "meeting": id, "reason": "改期" })).await)
        .shows("phase", "CANCELLED");
    let stranger = case
        .house
        .post("stranger", "query($id: ID!) { meeting(id: $id) { title } }", json!({ "id": id }))
        .await;
    assert!(stranger["errors"][0].is_object(), "a meeting of another county is not found: {stranger}");
}
