//! Past approvals brought in from a table: all or nothing, once, by the rules, and shown as back-filled.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use om_infra::log::leaf::LeafContent;
use om_tests::server::{Api, Server, prepare, run, succeeds, text};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

const CODE: &str = "2602-530322-04-01-280002";

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/history-sample.csv")
}

/// Gives a command that took effect on this day; the matter's id.
async fn give(api: &Api, name: &str, on: &str, mut input: Value) -> String {
    let mut kind = name.to_owned();
    kind[..1].make_ascii_uppercase();
    input["commandId"] = json!(Uuid::new_v4());
    input["effective"] = json!({ "on": on });
    let query = format!(
        "mutation($input: {kind}Input!) {{ {name}(input: $input) {{ __typename
           ... on MatterCommandDone {{ receipt {{ matter }} }} ... on CommandRefused {{ code message }} }} }}"
    );
    let answer = api.ask("lead", &query, &json!({ "input": input })).await;
    answer[name]["receipt"]["matter"].as_str().unwrap_or_else(|| panic!("{name}: {answer}")).to_owned()
}

/// A matter that was started in March and has nothing of its permits yet.
async fn started(api: &Api, code: &str) -> String {
    let on = "2026-03-02";
    let project = json!({ "name": format!("同乐大道 {code}"), "kind": "市政道路", "code": code,
        "implementingBody": "body:tongle", "applicant": "applicant:city-investment", "place": "同乐街道" });
    let matter = give(api, "proposeMatter", on, json!({ "project": project })).await;
    let force = json!({ "lead": "officer:lead", "members": [
        { "body": "body:natural-resources", "officer": "officer:nr-officer-1" }] });
    let basis = "县政府会议纪要〔2026〕1号";
    give(api, "designateMatter", on, json!({ "matter": matter, "taskForce": force, "basis": basis })).await;
    let template = "template:municipal-road-bridge";
    give(api, "planMatter", on, json!({ "matter": matter, "template": template })).await;
    give(api, "startMatter", on, json!({ "matter": matter })).await;
    matter
}

async fn prepared(codes: &[&str]) -> (TempDir, PathBuf) {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let server = Server::start(&data);
    server.ready().await;
    for code in codes {
        started(&server.api(), code).await;
    }
    assert!(server.terminate(Duration::from_secs(20)).0.success());
    (scratch, data)
}

fn import(data: &Path, file: &Path, more: &[&str]) -> std::process::Output {
    run(["import", "history", text(file), "--data", text(data)].into_iter().chain(more.iter().copied()))
}

fn brought(data: &Path, file: &Path, more: &[&str]) -> Value {
    let output = import(data, file, &[more, &["--json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(data: &Path, file: &Path, words: &[&str]) {
    let before = succeeds(["rebuild", "--check", "--data", text(data)]);
    let output = import(data, file, &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in words.iter().chain(&["nothing was imported", "→"]) {
        assert!(said.contains(word), "does not say {word:?}: {said}");
    }
    assert_eq!(succeeds(["rebuild", "--check", "--data", text(data)]), before, "something was recorded");
}

/// The names of a matter's facts, in order.
fn facts(data: &Path, matter: &str) -> Vec<String> {
    let lines = succeeds(["replay", matter, "--data", text(data), "--json"]);
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].as_str().unwrap().to_owned())
        .collect()
}

/// As `tests/python/leaf_check.py FILE` does, which shares no code with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_was_written_out_says_all_that_its_leaves_commit_to() {
    let (_scratch, data) = prepared(&[CODE]).await;
    let lines = succeeds(["replay", CODE, "--data", text(&data), "--json"]);
    for (revision, line) in lines.lines().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        let said = |of: &Value| of.as_str().unwrap().to_owned();
        let stored = &line["stored"];
        let (payload, metadata) = (said(&stored["payload"]), said(&stored["metadata"]));
        let leaf = LeafContent {
            stream: &said(&stored["stream"]).parse().unwrap(),
            revision: revision as u64,
            id: said(&line["eventId"]).parse().unwrap(),
            kind: &said(&line["type"]),
            version: line["version"].as_u64().unwrap().try_into().unwrap(),
            recorded: jiff::Timestamp::from_microsecond(stored["recorded_us"].as_i64().unwrap()).unwrap(),
            payload: payload.as_bytes(),
            metadata: metadata.as_bytes(),
        };
        let leaf: String = leaf.leaf().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(leaf, said(&line["leaf"]), "revision {revision}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_the_past_of_a_running_matter_is_brought_in_once_and_shown_as_back_filled() {
    let (_scratch, data) = prepared(&[CODE]).await;
    let before = facts(&data, CODE).len();
    let tried = brought(&data, &sample(), &["--dry-run"]);
    assert_eq!((&tried["brought"], &tried["dryRun"]), (&json!(13), &json!(true)));
    assert_eq!(facts(&data, CODE).len(), before, "a dry run records nothing");

    let done = brought(&data, &sample(), &[]);
    assert_eq!((&done["brought"], &done["before"], &done["matters"]), (&json!(13), &json!(0), &json!(1)));
    let facts_now = facts(&data, CODE);
    assert_eq!(json!(facts_now.len() - before), done["facts"]);
    // what was done in time is not marked as late or as accepted by silence
    for never in ["PermitDeemedAccepted", "TermOverrun"] {
        assert!(!facts_now.iter().any(|name| name == never), "{never}: {facts_now:?}");
    }
    for (name, times) in
        [("PermitAccepted", 3), ("PermitApproved", 3), ("CertificateIssued", 1), ("ClockSuspended", 1)]
    {
        assert_eq!(facts_now.iter().filter(|fact| *fact == name).count(), times, "{name}: {facts_now:?}");
    }

    // brought in again, nothing changes, also with a note changed
    let again = brought(&data, &sample(), &[]);
    assert_eq!((&again["brought"], &again["before"], &again["facts"]), (&json!(0), &json!(13), &json!(0)));

    let server = Server::start(&data);
    server.ready().await;
    let api = server.api();
    let all =
        api.ask("lead", "{ overview { matters(first: 5) { edges { node { id } } } } }", &json!({})).await;
    let matter = all["overview"]["matters"]["edges"][0]["node"]["id"].clone();
    let query = "query($id: ID!) { history(matterId: $id, first: 100) { edges { node {
        name permit effectiveOn backfilled actor enteredBy } } } }";
    let history = api.ask("auditor", query, &json!({ "id": matter })).await;
    let nodes: Vec<Value> =
        history["history"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect();
    let accepted =
        nodes.iter().find(|node| node["name"] == "PermitAccepted" && node["permit"] == "A2").unwrap();
    assert_eq!((&accepted["effectiveOn"], &accepted["backfilled"]), (&json!("2026-03-09"), &json!(true)));
    assert!(accepted["actor"].as_str().unwrap().contains("nr-officer-1"), "{accepted}");
    assert_eq!(
        accepted["enteredBy"], "officer:administrator",
        "who brought it in is a fact beside who acted"
    );
    let started = nodes.iter().find(|node| node["name"] == "MatterStarted").unwrap();
    assert_eq!(started["enteredBy"], Value::Null, "{started}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_line_that_is_refused_keeps_the_whole_file_out() {
    let other = "2602-530322-04-01-280003";
    let (scratch, data) = prepared(&[CODE, other]).await;
    let good = fs::read_to_string(sample()).unwrap();
    let file = scratch.path().join("table.csv");
    let changed = |from: &str, to: &str, words: &[&str]| {
        assert!(good.contains(from), "{from}");
        fs::write(&file, good.replacen(from, to, 1)).unwrap();
        refused(&data, &file, words);
    };
    // form: every fault of the table at once
    changed("批准,2026-03-05", "批准了,2026-13-05", &["line 4", "环节 (event)", "日期 (date)", "2026-13-05"]);
    changed("备注\n", "天气\n", &["line 1", "天气"]);
    changed(
        "收件,2026-03-03,clerk,",
        "收件,2026-03-32,nobody,",
        &["2 fault(s)", "line 2", "日期 (date)", "经办人 (officer)"],
    );
    changed("nr-officer-1,", "nobody,", &["line 6", "经办人 (officer)", "nobody", "account"]);
    changed("A3,收件", "Z9,收件", &["line 9", "审批事项 (permit)", "Z9", "A3 可行性研究报告批复"]);
    changed("280002,A2,发证", "289999,A2,发证", &["line 8", "项目代码 (matter)", "289999"]);
    changed(
        "陆自然资受〔2026〕8号,直接送达",
        "陆自然资受〔2026〕8号,",
        &["line 6", "送达方式 (service)", "no service, no effect"],
    );
    changed("专家评审,2026-03-20", "喝茶,2026-03-20", &["line 11", "喝茶", "专家评审/"]);
    // what a line of this kind has no place for is not left out unseen
    changed(
        "A2,收件,2026-03-06,clerk,全部,",
        "A2,收件,2026-03-06,clerk,全部,收〔2026〕1号",
        &["line 5", "文号 (number)", "备注"],
    );
    changed(
        "可行性研究报告；",
        "可行性研究报告=scans/none.pdf；",
        &["line 9", "材料 (materials)", "there is no file", "none.pdf"],
    );
    // rules: who may, and what the law asks first
    changed(
        "A2,批准,2026-03-12,nr-officer-2",
        "A2,批准,2026-03-12,clerk",
        &["line 7", "on 2026-03-12", "NotAuthorised"],
    );
    changed("A2,批准,2026-03-12,nr-officer-2", "A2,批准,2026-03-07,nr-officer-2", &["line 7"]);
    changed("批准,2026年3月20日", "批准,2099年3月20日", &["line 14", "EffectiveInFuture"]);
    // a fault in one matter keeps the other's lines out
    let both = format!("{}{}", good, good.lines().nth(2).unwrap().replace(CODE, other) + "\n");
    fs::write(&file, both).unwrap();
    refused(&data, &file, &["line 15", "WrongStep"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_matters_stand_in_one_file_and_lines_may_be_added() {
    let other = "2602-530322-04-01-280003";
    let (scratch, data) = prepared(&[CODE, other]).await;
    let good = fs::read_to_string(sample()).unwrap();
    let file = scratch.path().join("table.csv");
    let mut lines: Vec<String> = good.lines().map(ToOwned::to_owned).collect();
    let copies: Vec<String> = lines.iter().skip(1).map(|line| line.replace(CODE, other)).collect();
    // days order a matter's lines, wherever they stand
    let approval = lines.iter().position(|line| line.contains("A2,批准")).unwrap();
    let approval = lines.remove(approval);
    lines.push(approval);
    lines.extend(copies);
    fs::write(&file, lines[..20].join("\r\n")).unwrap();
    let first = brought(&data, &file, &[]);
    assert_eq!((&first["brought"], &first["matters"]), (&json!(19), &json!(2)));
    fs::write(&file, format!("\u{feff}{}", lines.join("\r\n"))).unwrap();
    let rest = brought(&data, &file, &[]);
    assert_eq!((&rest["brought"], &rest["before"]), (&json!(7), &json!(19)));
    assert_eq!(facts(&data, CODE).iter().filter(|name| *name == "PermitApproved").count(), 3);
    assert_eq!(facts(&data, other).iter().filter(|name| *name == "PermitApproved").count(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn papers_beside_the_table_are_handed_in_with_it_and_only_with_all_of_it() {
    let (scratch, data) = prepared(&[CODE]).await;
    let scans = scratch.path().join("scans");
    fs::create_dir(&scans).unwrap();
    fs::write(scans.join("可研、全套.pdf"), "%PDF-1.7 the study").unwrap();
    fs::write(scans.join("21号.pdf"), "%PDF-1.7 the approval").unwrap();
    let good = fs::read_to_string(sample()).unwrap();
    let head = good.lines().next().unwrap();
    let with_papers = |lines: &str| {
        let file = scratch.path().join("table.csv");
        fs::write(&file, lines).unwrap();
        file
    };
    let line = |words: &str| format!("{CODE},项目建议书批复,{words}\n");
    let (first, second, third) = (
        line("收件,2026-03-03,clerk,全部=scans/可研、全套.pdf,,,,,,,,"),
        line("受理,2026-03-03,dr-officer-1,,陆发改受〔2026〕11号,直接送达,,,,,,"),
        line("批准,2026-03-05,dr-officer-2,,陆发改投资〔2026〕21号,电子送达,,,,,,scans\\21号.pdf"),
    );
    let head = format!("{},文书原件\n", head.replace("备注", "note"));
    let kept = || walk(&data.join("papers"));
    // one line is refused: no paper is kept either
    let file = with_papers(&format!("{head}{first}{second}{}", third.replace("dr-officer-2", "clerk")));
    refused(&data, &file, &["line 4", "NotAuthorised"]);
    let never = format!("{head}{first}{second}{}", third.replace("scans\\21号.pdf", &"0".repeat(64)));
    refused(&data, &with_papers(&never), &["line 4", "PaperMissing"]);
    assert_eq!(kept().len(), 0);

    let file = with_papers(&format!("{head}{first}{second}{third}"));
    let tried = brought(&data, &file, &["--dry-run"]);
    assert_eq!((&tried["brought"], &tried["papers"], kept().len()), (&json!(3), &json!(2), 0));
    let done = brought(&data, &file, &[]);
    assert_eq!((&done["brought"], &done["papers"], kept().len()), (&json!(3), &json!(2), 2));
    assert_eq!(brought(&data, &file, &[])["before"], 3);

    let doctor = |word: &str, status: i32| {
        let output = run(["doctor", "--data", text(&data)]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(word), "{said}");
        assert!(output.status.code() == Some(status) || status == 0, "{said}");
    };
    doctor("2 papers, each has its hash; the log names 2, all are there", 0);
    let backup = scratch.path().join("backup");
    succeeds(["backup", "--data", text(&data), "--to", text(&backup)]);
    assert_eq!(walk(&backup.join("papers")).len(), 2);

    // a file that is another now is not what the line named
    let approval = kept().into_iter().find(|path| fs::read(path).unwrap().ends_with(b"approval")).unwrap();
    fs::write(scans.join("21号.pdf"), "%PDF-1.7 another").unwrap();
    refused(&data, &file, &["line 4", "文书原件 (paper)", "was another then"]);
    fs::remove_file(&approval).unwrap();
    doctor("1 of the 2 papers that the log names are not there", 4);
    let short = scratch.path().join("short");
    assert_eq!(run(["backup", "--data", text(&data), "--to", text(&short)]).status.code(), Some(3));
    let restored = scratch.path().join("restored");
    let output = run(["restore", "--from", text(&short), "--data", text(&restored)]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("1 are not here"), "{said}");
}

/// The files under a folder whose names do not begin with a dot.
fn walk(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let entries = entries.map(|entry| entry.unwrap().path());
    let shown = entries.filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
    shown.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
