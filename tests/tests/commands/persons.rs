//! An erasure from outside: no file, no log line, no new backup holds the text or its key, and an old backup with the keys of now
//! gives nothing back.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use om_tests::server::{Api, Server, command, prepare, succeeds, text};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

/// Nobody is called so.
const CANARY: &str = "CANARY-欧阳某某-13800138000";
const PATIENCE: Duration = Duration::from_secs(60);

/// The files below a directory that hold these bytes.
fn holding(dir: &Path, bytes: &[u8]) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if fs::read(&path).unwrap_or_default().windows(bytes.len()).any(|window| window == bytes) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

async fn put(api: &Api) -> String {
    let query = "mutation($input: PutTextInput!) { putText(input: $input) { ref } }";
    let input = json!({ "commandId": Uuid::new_v4(), "class": "CONTACT", "text": CANARY });
    let answer = api.ask("clerk", query, &json!({ "input": input })).await;
    answer["putText"]["ref"].as_str().unwrap().to_owned()
}

async fn unmask(api: &Api, reference: &str) -> Value {
    let query = "mutation($input: UnmaskInput!) { unmask(input: $input) { ... on Unmasked { text }
      ... on CommandRefused { code } } }";
    let input = json!({ "commandId": Uuid::new_v4(), "ref": reference, "reason": "通知" });
    api.ask("lead", query, &json!({ "input": input })).await["unmask"].clone()
}

async fn erase(api: &Api, reference: &str) {
    let query = "mutation($input: ErasePersonInput!) { erasePerson(input: $input) { ... on RegisterCommandDone { entries } } }";
    let input = json!({ "commandId": Uuid::new_v4(), "subject": reference, "reason": "保存期限已满",
        "basis": "个人信息保护法 47" });
    let answer = api.ask("security-administrator", query, &json!({ "input": input })).await;
    assert_eq!(answer["erasePerson"]["entries"], 1, "{answer}");
}

fn wrapped(data: &Path) -> Vec<u8> {
    let keys = Connection::open(data.join("keys.db")).unwrap();
    keys.query_row("SELECT wrapped FROM subject_key WHERE wrapped IS NOT NULL", (), |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn r23_an_erased_text_is_nowhere_and_no_old_backup_gives_it_back() {
    let scratch = TempDir::new().unwrap();
    let at = |name: &str| scratch.path().join(name);
    let data = at("data");
    prepare(&data);
    let server = Server::start(&data);
    server.ready().await;
    let reference = put(&server.api()).await;
    assert_eq!(unmask(&server.api(), &reference).await["text"], CANARY);
    assert_eq!(holding(&data, CANARY.as_bytes()), Vec::<String>::new(), "kept, and in no file in the clear");

    let keys = at("keys");
    let backup = |name: &str, days: &str| {
        let to = at(name);
        succeeds([
            "backup",
            "--data",
            text(&data),
            "--to",
            text(&to),
            "--keys",
            text(&keys),
            "--keep-keys-days",
            days,
        ])
    };
    backup("before", "30");
    let key = wrapped(&data);
    assert!(holding(&at("before"), &key).is_empty(), "no key is in a backup");
    assert!(!holding(&keys, &key).is_empty(), "it is in the copy apart");

    // the old backup with the old keys is readable: that is what the bounded term is for
    let old = at("old");
    succeeds(["restore", "--from", text(&at("before")), "--keys", text(&keys), "--data", text(&old)]);
    let restored = Server::start(&old);
    restored.ready().await;
    assert_eq!(unmask(&restored.api(), &reference).await["text"], CANARY);
    restored.terminate(PATIENCE);

    erase(&server.api(), &reference).await;
    assert_eq!(unmask(&server.api(), &reference).await["code"], "PersonErased");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    backup("after", "0");
    let said = server.said();
    server.terminate(PATIENCE);
    assert!(!said.contains(CANARY), "{said}");
    for dir in [&data, &at("after"), &keys] {
        assert!(
            holding(dir, CANARY.as_bytes()).is_empty() && holding(dir, &key).is_empty(),
            "{}",
            dir.display()
        );
    }
    assert_eq!(fs::read_dir(&keys).unwrap().count(), 1, "the copy from before went with its term");

    // a backup from before, with the keys of now: the erasure is stated again before anything is served
    let back = at("back");
    succeeds(["restore", "--from", text(&at("before")), "--keys", text(&keys), "--data", text(&back)]);
    let restored = Server::start(&back);
    restored.ready().await;
    assert_eq!(unmask(&restored.api(), &reference).await["code"], "PersonErased");
    let record = "query($id: ID!) { personRecord(id: $id) { erasedOn entries { kind reason } } }";
    let record = restored.api().ask("auditor", record, &json!({ "id": reference })).await;
    assert_eq!(record["personRecord"]["entries"][0], json!({ "kind": "ERASED", "reason": "保存期限已满" }));
    restored.terminate(PATIENCE);
    assert!(holding(&back, CANARY.as_bytes()).is_empty());
}

#[tokio::test]
async fn what_is_restored_without_keys_is_served_and_says_what_cannot_be_read() {
    let scratch = TempDir::new().unwrap();
    let (data, to, back) =
        (scratch.path().join("data"), scratch.path().join("to"), scratch.path().join("back"));
    prepare(&data);
    let server = Server::start(&data);
    server.ready().await;
    let reference = put(&server.api()).await;
    server.terminate(PATIENCE);
    let taken = command(["backup", "--data", text(&data), "--to", text(&to)]).output().unwrap();
    let said = String::from_utf8(taken.stderr).unwrap();
    assert!(taken.status.success() && said.contains("--keys DIR"), "{said}");
    let restored = command(["restore", "--from", text(&to), "--data", text(&back)]).output().unwrap();
    let said = String::from_utf8(restored.stderr).unwrap();
    assert!(restored.status.success() && said.contains("cannot be read"), "{said}");
    let server = Server::start(&back);
    server.ready().await;
    let query = "mutation($input: UnmaskInput!) { unmask(input: $input) { __typename } }";
    let input = json!({ "commandId": Uuid::new_v4(), "ref": reference, "reason": "通知" });
    let answer = server.api().try_ask("lead", query, &json!({ "input": input })).await.unwrap();
    let said = answer["errors"][0]["message"].as_str().unwrap();
    assert!(said.contains("not on this machine") && said.contains("restore --keys"), "{said}");
    let seen = "query($id: ID!) { personRecord(id: $id) { unmasked entries { kind } } }";
    let record = server.api().ask("auditor", seen, &json!({ "id": reference })).await["personRecord"].clone();
    assert_eq!(
        record,
        json!({ "unmasked": 0, "entries": [] }),
        "nobody saw it, so nothing says that one did"
    );
    server.terminate(PATIENCE);

    let none = scratch.path().join("none");
    fs::create_dir(&none).unwrap();
    let refused =
        command(["restore", "--from", text(&to), "--keys", text(&none), "--data", text(&none.join("x"))]);
    let mut refused = refused;
    let refused = refused.output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("holds no keys"), "{said}");
    let inside = data.join("keys");
    let mut refused = command([
        "backup",
        "--data",
        text(&data),
        "--to",
        text(&scratch.path().join("two")),
        "--keys",
        text(&inside),
    ]);
    let refused = refused.output().unwrap();
    assert!(!refused.status.success(), "keys inside the data directory are not apart");
}

#[tokio::test]
async fn r23_a_person_is_restricted_and_erased_by_command_where_no_server_runs() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let server = Server::start(&data);
    server.ready().await;
    let reference = put(&server.api()).await;
    let person = |what: &str, by: &str| {
        let arguments =
            ["person", what, &reference, "--reason", "本人要求", "--by", by, "--data", text(&data)];
        let output = command(arguments).output().unwrap();
        (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (done, said) = person("erase", "security-administrator");
    assert!(!done && said.contains("erasePerson"), "a running server holds the directory: {said}");
    let (done, said) = person("erase", "lead");
    assert!(!done && said.contains("lead@530322"), "{said}");
    server.terminate(PATIENCE);

    let (done, said) = person("restrict", "lead");
    assert!(!done && said.contains("no administrator"), "{said}");
    assert!(person("restrict", "security-administrator").0);
    let server = Server::start(&data);
    server.ready().await;
    assert_eq!(unmask(&server.api(), &reference).await["code"], "PersonRestricted");
    server.terminate(PATIENCE);
    assert!(person("lift", "security-administrator").0);
    let (done, said) = person("lift", "security-administrator");
    assert!(!done && said.contains("nothing to lift"), "{said}");
    let key = wrapped(&data);
    assert!(person("erase", "security-administrator").0);
    assert!(person("erase", "security-administrator").1.contains("already so"));
    assert!(holding(&data, &key).is_empty());
}

/// What is printed beside a running server is the command, whole: copied into a shell it does it.
#[tokio::test]
async fn r23_beside_a_running_server_the_line_that_gives_it_the_command_is_printed() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("it's data");
    prepare(&data);
    let server = Server::start(&data);
    server.ready().await;
    let reference = put(&server.api()).await;
    let at = format!("http://{}", server.address);
    for (what, reason) in [("restrict", "本人的'要求'"), ("lift", "$(false)"), ("erase", "`false`")] {
        let arguments = ["person", what, &reference, "--reason", reason, "--at", &at, "--data", text(&data)];
        let refused = command(arguments).output().unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && said.contains("onematter token make"), "{said}");
        let line = said.lines().find(|line| line.trim_start().starts_with("curl ")).unwrap();
        fs::write(scratch.path().join("TOKEN-FILE"), "dev:security-administrator").unwrap();
        let mut shell = std::process::Command::new("sh");
        let given = shell.args(["-c", line]).current_dir(scratch.path()).output().unwrap();
        let answer: Value = serde_json::from_slice(&given.stdout).unwrap();
        let done = answer["data"].as_object().unwrap().values().next().unwrap();
        assert_eq!(done["entries"], 1, "{line}: {answer}");
        let record = "query($id: ID!) { personRecord(id: $id) { entries { reason } } }";
        let record = server.api().ask("auditor", record, &json!({ "id": reference })).await;
        assert_eq!(record["personRecord"]["entries"][0]["reason"], reason);
    }
    // the line before it makes a token of that account for that command, which opens on a server that asks for one
    let (done, said) = {
        let arguments = ["person", "erase", &reference, "--reason", "x", "--data", text(&data)];
        let output = command(arguments).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let make = said.lines().find(|line| line.contains("token make")).unwrap().trim();
    let make = make.replace("onematter", text(&om_tests::server::onematter()));
    let mut shell = std::process::Command::new("sh");
    let made = shell.args(["-c", &make]).current_dir(scratch.path()).output().unwrap();
    assert!(!done && made.status.success(), "{make}: {made:?}");
    assert!(fs::read_to_string(scratch.path().join("TOKEN-FILE")).unwrap().len() > 20);
}

#[tokio::test]
async fn r18_nobody_erases_their_own_texts_by_whichever_way_they_are_named() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let server = Server::start(&data);
    server.ready().await;
    let put = async |class: &str, subject: Value| {
        let query = "mutation($i: PutTextInput!) { putText(input: $i) { ref } }";
        let input =
            json!({ "commandId": Uuid::new_v4(), "class": class, "text": CANARY, "subject": subject });
        let answer = server.api().ask("clerk", query, &json!({ "i": input })).await;
        answer["putText"]["ref"].as_str().unwrap().to_owned()
    };
    let name = put("PERSON_NAME", Value::Null).await;
    let phone = put("CONTACT", json!(name)).await;
    let register = "mutation($i: RegisterOfficerInput!) { registerOfficer(input: $i) { ... on RegisterCommandDone { entries } } }";
    for officer in ["officer:keeper-2", "officer:keeper-3"] {
        let input = json!({ "commandId": Uuid::new_v4(), "officer": officer, "body": "body:government-services",
            "roles": ["SECURITY_ADMINISTRATOR"], "person": name });
        let done = server.api().ask("security-administrator", register, &json!({ "i": input })).await;
        assert_eq!(done["registerOfficer"]["entries"], 1, "{done}");
    }
    server.terminate(PATIENCE);
    let erase = |whom: &str, by: &str| {
        let arguments = ["person", "erase", whom, "--reason", "x", "--by", by, "--data", text(&data)];
        let output = command(arguments).output().unwrap();
        (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    for own in ["officer:keeper-2", "officer:keeper-3", &name, &phone] {
        let (done, said) = erase(own, "keeper-2");
        assert!(!done && said.contains("another security administrator"), "{own}: {said}");
    }
    assert!(erase("officer:security-administrator", "keeper-2").0, "another's");
    assert!(erase(&phone, "security-administrator").0, "by another");
}

/// The reason why nothing is served stands first and alone.
#[tokio::test]
async fn a_missing_master_key_is_the_only_thing_that_is_said() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    fs::remove_file(data.join("vault.key")).unwrap();
    for arguments in [
        &["serve", "--dev", "--data", text(&data), "--listen", "127.0.0.1:0"][..],
        &["person", "erase", "officer:lead", "--reason", "x", "--data", text(&data)],
    ] {
        let refused = command(arguments.iter().copied()).output().unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && said.contains("vault.key"), "{said}");
        assert!(said.starts_with("error:") && !said.contains("ERROR"), "{said}");
    }
    assert!(!data.join("vault.key").exists(), "and none is made in its place");
}

#[tokio::test]
async fn r23_a_vault_whose_keys_are_gone_is_not_served_as_if_it_were_empty() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let server = Server::start(&data);
    server.ready().await;
    put(&server.api()).await;
    drop(server);
    fs::remove_file(data.join("keys.db")).unwrap();
    let refused =
        command(["serve", "--dev", "--data", text(&data), "--listen", "127.0.0.1:0"]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("keys.db"), "{said}");
    assert!(!data.join("keys.db").exists(), "and none is made in its place");
    // a slip in the name of a directory makes none either
    let slip = scratch.path().join("slip");
    let refused =
        command(["person", "erase", "officer:lead", "--reason", "x", "--basis", "x", "--data", text(&slip)])
            .output()
            .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("holds no log") && !slip.exists(), "{said}");
}

/// Two installations may copy their keys to one medium.
#[test]
fn r23_copies_of_another_installations_keys_are_neither_taken_nor_deleted() {
    let scratch = TempDir::new().unwrap();
    let at = |name: &str| scratch.path().join(name);
    let keys = at("keys");
    for one in ["a", "b"] {
        prepare(&at(one));
        succeeds([
            "backup",
            "--data",
            text(&at(one)),
            "--to",
            text(&at(&format!("{one}-backup"))),
            "--keys",
            text(&keys),
            "--keep-keys-days",
            "0",
        ]);
    }
    let copies: Vec<_> =
        fs::read_dir(&keys).unwrap().map(|copy| copy.unwrap().path().join("vault.key")).collect();
    assert_eq!(copies.len(), 2, "{copies:?}");
    for one in ["a", "b"] {
        let restored = at(&format!("{one}-restored"));
        succeeds([
            "restore",
            "--from",
            text(&at(&format!("{one}-backup"))),
            "--data",
            text(&restored),
            "--keys",
            text(&keys),
        ]);
        let key = |dir: &Path| fs::read(dir.join("vault.key")).unwrap();
        assert_eq!(key(&restored), key(&at(one)), "{one}");
    }
}
