//! Who takes no part in anything asks for everything: every query with every field below it, every subscription, every
//! command, every paper. Nothing of a matter or a meeting is in any answer.
//!
//! Every text of the matter and its meeting holds one word, so that a leak is seen wherever it comes out. The lead asks the
//! same, to show that the word would be seen.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

#[path = "leaks/asking.rs"]
pub(crate) mod asking;

use crate::subscriptions::Ear;
use asking::{Asking, is_too_much};
use om_tests::house::{Case, House, STORY};
use serde_json::{Value, json};

/// Stands in every text that is somebody else's.
const CANARY: &str = "金丝雀";
/// Who takes no part: a department's officer and head, the three administrators, somebody of another county.
const OUTSIDE: [&str; 6] =
    ["fi-officer-1", "fi-head", "administrator", "security-administrator", "audit-administrator", "stranger"];

fn word(what: &str) -> String {
    format!("{CANARY}{what}")
}

/// A matter with a submission, a tolerance, an opinion asked, a handoff offered, a card, and a meeting with a task.
pub(crate) async fn full() -> (Case, String) {
    let house = House::open().await;
    house.template(STORY).await;
    house.at("2023-06-01");
    let more = json!({ "name": word("大道"), "place": word("街道") });
    let case = Case::proposed(&house, 1, more).await;
    let force = json!({ "lead": "officer:lead", "deputy": "officer:deputy", "members": [] });
    let lead = case.by("lead");
    lead.act("designateMatter", json!({ "taskForce": force, "basis": word("纪要") })).done().await;
    lead.act("planMatter", json!({ "template": "template:story" })).done().await;
    lead.act("startMatter", json!({})).done().await;
    case.at("2023-06-12").accepted("W", &["form", "seal", "photo"], "wa-officer-1").await;
    case.by("wa-head").tolerate("W", "material:proof", "COMMITMENT", "2023-06-20").done().await;
    let asked = json!({ "permit": "W", "bodies": ["body:ecology"], "question": word("意见"), "due": { "workingDays": 5 } });
    case.by("wa-officer-1").act("requestOpinion", asked).done().await;
    case.by("wa-officer-1")
        .act("offerHandoff", json!({ "permit": "W", "to": "body:natural-resources", "reason": word("移交") }))
        .done()
        .await;
    let convened = json!({ "matters": [case.id], "title": word("联席会议"), "on": "2023-06-15", "place": word("会议室"), "bodies": ["body:water"], "agenda": [word("议题")],
        "chair": "officer:lead" });
    let meeting = done(&case, "conveneMeeting", convened).await;
    let id = meeting["id"].as_str().unwrap().to_owned();
    case.at("2023-06-15");
    done(&case, "recordResolution", json!({ "meeting": id, "matter": case.id, "text": word("决议") })).await;
    let task = json!({ "meeting": id, "matter": case.id, "resolution": 1, "text": word("任务"), "owner": "body:water",
        "limit": "2023-06-30" });
    done(&case, "assignTask", task).await;
    case.at("2023-07-05").time_passes().await;
    case.platform.projections.caught_up().await.unwrap();
    (case, id)
}

async fn done(case: &Case, name: &str, mut input: Value) -> Value {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    input["commandId"] = json!(uuid::Uuid::new_v4());
    let query = format!(
        "mutation($input: {kind}!) {{ {name}(input: $input) {{ __typename ... on MeetingCommandDone {{ meeting {{ id }} }} }} }}"
    );
    let answer = case.ask("lead", &query, json!({ "input": input })).await[name].clone();
    assert_eq!(answer["__typename"], "MeetingCommandDone", "{answer}");
    answer["meeting"].clone()
}

/// Ids and texts as they are: who asks knows them all.
pub(crate) fn asking(case: &Case, meeting: &str, paper: &str, event: &str) -> Asking {
    asking_of(&Asked { matter: &case.id, meeting, event }, paper)
}

/// What is asked about, by its ids.
struct Asked<'a> {
    matter: &'a str,
    meeting: &'a str,
    event: &'a str,
}

fn asking_of(&Asked { matter, meeting, event }: &Asked<'_>, paper: &str) -> Asking {
    let quoted = |text: &str| format!("\"{text}\"");
    Asking::by(&[
        ("id", quoted(matter)),
        ("matter", quoted(matter)),
        ("matterId", quoted(matter)),
        ("matters", format!("[{}]", quoted(matter))),
        ("meeting", quoted(meeting)),
        ("entry", quoted(event)),
        ("event", quoted(event)),
        ("body", quoted("body:water")),
        ("to", quoted("body:water")),
        ("owner", quoted("body:water")),
        ("bodies", format!("[{}]", quoted("body:water"))),
        ("officer", quoted("officer:wa-officer-1")),
        ("applicant", quoted("applicant:city-investment")),
        ("template", quoted("template:story")),
        ("permit", quoted("W")),
        ("code", quoted("W")),
        ("ProjectCode.code", quoted("2306-530322-04-01-000001")),
        ("requirement", quoted("material:proof")),
        ("Requirement", quoted("material:proof")),
        ("hashes", format!("[{}]", quoted(paper))),
        ("PaperHash", quoted(paper)),
        ("Date.to", quoted("2023-12-31")),
        ("Date.until", quoted("2023-12-31")),
        ("Date", quoted("2023-06-01")),
        ("Instant", quoted("2023-06-20T00:00:00Z")),
        ("UUID", quoted("0197a000-0000-7000-8000-000000000001")),
        ("LegalText", quoted("x")),
        ("VaultRef", quoted("vault:01ARZ3NDEKTSV4RRFFQ69G5FAV")),
        ("subject", quoted("officer:wa-officer-1")),
        ("personRecord.id", quoted("officer:wa-officer-1")),
        ("MilestoneCode", quoted("works-completed")),
        ("MaterialCode", quoted("form")),
        ("ID", quoted(matter)),
        ("first", "20".into()),
        ("meeting.id", quoted(meeting)),
        ("meetingChanged.id", quoted(meeting)),
        ("template.id", quoted("template:story")),
        ("applicant.id", quoted("applicant:city-investment")),
        ("history.to", "100".into()),
        ("search.text", quoted(CANARY)),
    ])
}

/// The answers of one account to everything of a root.
async fn answers(
    house: &House,
    asking: &Asking,
    user: &str,
    root: &str,
    field: &str,
) -> Vec<(String, Value)> {
    let [whole, parts] = asking.documents(root, field);
    for all in [whole, parts] {
        let mut answers = Vec::new();
        for ever_less in &all {
            for document in ever_less {
                let answer = house.post(user, document, json!({})).await;
                if !is_too_much(&answer) {
                    answers.push((document.clone(), answer));
                    break;
                }
            }
        }
        if answers.len() == all.len() {
            return answers;
        }
    }
    panic!("{root}.{field} is too much however little of it is asked for");
}

/// An answer that shows that the document was none.
fn is_invalid(answer: &Value) -> bool {
    let code = &answer["errors"][0]["extensions"]["code"];
    ["GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"].iter().any(|no| code == no)
}

/// As that, or asked for what there cannot be.
fn is_no_question(answer: &Value) -> bool {
    is_invalid(answer) || answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
}

fn holds_the_word(answer: &Value) -> bool {
    // JSON may spell it with escapes
    answer.to_string().contains(CANARY)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_matter_is_in_any_answer_to_who_takes_no_part() {
    let (case, meeting) = full().await;
    let paper = case.paper("form").await;
    let last = case.history().await.pop().unwrap();
    let event = last.all.at("id").as_str().unwrap().to_owned();
    let ulid = case.id.trim_start_matches("matter:");
    let asking = asking(&case, &meeting, &paper, &event);
    let mut seen = 0;
    for field in asking.roots("Query") {
        for (document, answer) in answers(&case, &asking, "lead", "Query", &field).await {
            assert!(!is_no_question(&answer), "{document}: {answer}");
            seen += usize::from(holds_the_word(&answer));
        }
        for user in OUTSIDE {
            for (document, answer) in answers(&case, &asking, user, "Query", &field).await {
                assert!(!holds_the_word(&answer), "{user} asked {document} and was told {answer}");
                let asked_for = document.contains(ulid);
                assert!(asked_for || !answer.to_string().contains(ulid), "{user}: {document}: {answer}");
            }
        }
    }
    assert!(seen > 15, "the lead sees the word in {seen} answers only: what is asked asks for nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_command_tells_who_takes_no_part_anything() {
    let (case, meeting) = full().await;
    let paper = case.paper("form").await;
    let last = case.history().await.pop().unwrap();
    let event = last.all.at("id").as_str().unwrap().to_owned();
    let asking = asking(&case, &meeting, &paper, &event);
    let (revision, mut asked) = (case.revision().await, 0);
    for field in asking.roots("Mutation") {
        for user in OUTSIDE {
            for (document, answer) in answers(&case, &asking, user, "Mutation", &field).await {
                assert!(!holds_the_word(&answer), "{user} asked {document} and was told {answer}");
                assert!(!is_invalid(&answer), "{document}: {answer}");
                asked += 1;
            }
        }
    }
    assert!(asked > 400, "{asked}");
    assert_eq!(case.revision().await, revision, "and nothing was done to it");
}

/// What an answer says, but for ids that are those asked about and for the one of this answer.
fn but_for_ids(answer: &Value, ids: [&str; 2]) -> String {
    let mut answer = answer.clone();
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"]["traceId"].take();
    }
    let bare = |id: &str| id.split_once(':').map_or(id, |(_, bare)| bare).to_owned();
    ids.iter().fold(answer.to_string(), |text, id| text.replace(&bare(id), "ID"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_does_not_see_is_answered_as_what_is_not_there() {
    let (case, meeting) = full().await;
    let paper = case.paper("form").await;
    let last = case.history().await.pop().unwrap();
    let event = last.all.at("id").as_str().unwrap().to_owned();
    let nowhere = [
        case.id.replace(|c: char| c.is_ascii_digit(), "7"),
        meeting.replace(|c: char| c.is_ascii_digit(), "7"),
    ];
    let mut asked = 0;
    for expected in [None, Some(0)] {
        let expecting = |asking: Asking| match expected {
            Some(revision) => asking.knowing("expectedRevision", &format!("{revision}")),
            None => asking,
        };
        let there = expecting(asking(&case, &meeting, &paper, &event));
        let no_event =
            event.replace(case.id.trim_start_matches("matter:"), nowhere[0].trim_start_matches("matter:"));
        let gone = Asked { matter: &nowhere[0], meeting: &nowhere[1], event: &no_event };
        let not_there = expecting(asking_of(&gone, &paper));
        for root in ["Query", "Mutation"] {
            if root == "Query" && expected.is_some() {
                continue;
            }
            for field in there.roots(root) {
                for user in ["fi-officer-1", "fi-head", "administrator"] {
                    let seen = answers(&case, &there, user, root, &field).await;
                    let unseen = answers(&case, &not_there, user, root, &field).await;
                    for ((document, one), (elsewhere, other)) in seen.iter().zip(&unseen) {
                        if document == elsewhere {
                            continue; // of neither
                        }
                        let (one, other) = (
                            but_for_ids(one, [&case.id, &meeting]),
                            but_for_ids(other, [&nowhere[0], &nowhere[1]]),
                        );
                        // who keeps due dates acts on matters, and so is told which there are
                        let keeps = user == "administrator" && field == "reviseDueDates";
                        assert!(one == other || keeps, "{user} asked {document}:\n{one}\n{other}");
                        asked += 1;
                    }
                }
            }
        }
    }
    assert!(asked > 300, "{asked}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_it_is_heard_and_no_paper_taken_away() {
    let (case, meeting) = full().await;
    let paper = case.paper("form").await;
    let event = case.history().await.pop().unwrap().all.at("id").as_str().unwrap().to_owned();
    let asking = asking(&case, &meeting, &paper, &event);
    let mut ears = Vec::new();
    for field in asking.roots("Subscription") {
        let [whole, parts] = asking.documents("Subscription", &field);
        let document = whole.into_iter().chain(parts).flatten().next().unwrap();
        for user in OUTSIDE.into_iter().chain(["lead"]) {
            let mut ear = Ear::of(&case.house, user).await;
            ear.subscribe(&document).await;
            ears.push((user, field.clone(), ear));
        }
    }
    case.by("wa-officer-1").withdraw_offer("W").done().await;
    let again = json!({ "permit": "W", "to": "body:natural-resources", "reason": word("移交") });
    case.by("wa-officer-1").act("offerHandoff", again).done().await;
    let mut lead_heard = 0;
    for (user, field, ear) in &mut ears {
        for heard in ear.hears_for(std::time::Duration::from_millis(300)).await {
            let leaks = holds_the_word(&heard);
            lead_heard += usize::from(*user == "lead" && leaks);
            assert!(*user == "lead" || !leaks, "{user} heard {heard} of {field}");
        }
    }
    assert!(lead_heard > 0, "the lead hears the word");
    let notice = event.rsplit('/').next().unwrap().to_owned();
    let paths = [
        format!("/papers/{paper}"),
        format!("/matters/{}/notices/{notice}", case.id),
        "/calendar/mine.ics".to_owned(),
    ];
    for path in paths {
        for user in OUTSIDE {
            let answer = case.get(user, &path).send().await.unwrap();
            let (status, body) = (answer.status(), answer.text().await.unwrap());
            assert!(!body.contains(CANARY) && !body.contains("%PDF"), "{user} {path}: {status} {body}");
        }
    }
}
