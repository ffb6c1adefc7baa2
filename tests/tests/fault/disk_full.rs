//! A server whose disk is full: commands are refused as such, reads go on, and it recovers by itself.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::fs;
use std::time::{Duration, Instant};

use om_tests::load::{Intent, Receipt, listed, planned, send};
use om_tests::powercut::compile_shim;
use om_tests::server::{Api, PATIENCE, Server, command, prepare, succeeds, text};
use serde_json::{Value, json};
use tempfile::TempDir;

const SEED: u64 = 42;
const PAPER: &[u8] = b"%PDF-1.7 a commitment";
/// The number of a command that proposes another matter, which makes two appends.
const PROPOSES: u64 = 24;

async fn done(api: &Api, intent: &Intent) -> Receipt {
    send(api, intent).await.unwrap().unwrap_or_else(|answer| panic!("{}: {answer}", intent.name))
}

async fn is_refused_for_want_of_space(api: &Api, intent: &Intent) {
    let answer = send(api, intent).await.unwrap().unwrap_err();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "DISK_FULL", "{answer}");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("nothing was recorded"), "{answer}");
}

async fn entries(api: &Api, matter: &str) -> Vec<String> {
    let query =
        "query($id: ID!) { matter(id: $id) { phase } history(matterId: $id) { edges { node { id } } } }";
    let answer = api.ask("lead", query, &json!({ "id": matter })).await;
    let edges = answer["history"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect()
}

async fn readiness(server: &Server) -> (u16, Value) {
    let answer = reqwest::get(format!("http://{}/readyz", server.address)).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Waits until every projection has folded what is in the log.
async fn caught_up(server: &Server) {
    let began = Instant::now();
    let behind = |health: &Value| {
        health["projections"].as_array().unwrap().iter().any(|projection| projection["lagEvents"] != 0)
    };
    while behind(&readiness(server).await.1) {
        assert!(began.elapsed() < PATIENCE, "the projections do not catch up\n{}", server.said());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_out_on_a_full_disk_is_out() {
    let scratch = TempDir::new().unwrap();
    let root = scratch.path().canonicalize().unwrap();
    let (data, shim, full) = (root.join("data"), root.join("writelog.so"), root.join("full"));
    prepare(&data);
    let password = succeeds(["user", "add", "lead@530322", "--data", text(&data)]);
    compile_shim(&shim);
    let mut serve = command(["serve", "--data", text(&data), "--listen", "127.0.0.1:0"]);
    serve.env("LD_PRELOAD", &shim).env("WRITELOG_DIR", &data).env("WRITELOG_OUT", "/dev/null");
    serve.env("WRITELOG_FULL_WHILE", &full);
    let server = Server::start_by(serve);
    server.ready().await;
    let http = reqwest::Client::new();
    let session = format!("http://{}/session", server.address);
    let begun =
        http.post(&session).json(&json!({ "name": "lead", "password": password.trim() })).send().await;
    let begun = begun.unwrap();
    let cookie = begun.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let paper = |bytes: &'static [u8]| {
        http.post(format!("http://{}/papers", server.address)).header("cookie", &cookie).body(bytes).send()
    };
    assert_eq!(http.get(&session).header("cookie", &cookie).send().await.unwrap().status(), 200);

    fs::write(&full, "").unwrap();
    assert_eq!(paper(PAPER).await.unwrap().status(), 507, "who signed in is known, and told what is wrong");
    let out = http.delete(&session).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(out.status(), 507);
    assert!(out.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"), "the browser forgets it");
    let told: Value = out.json().await.unwrap();
    assert!(
        told["errors"][0]["message"].as_str().unwrap().contains("opens nothing at this server"),
        "{told}"
    );
    assert_eq!(http.get(&session).header("cookie", &cookie).send().await.unwrap().status(), 401);
    assert_eq!(paper(PAPER).await.unwrap().status(), 401);

    fs::remove_file(&full).unwrap();
    // looked at again, it is struck out for good
    assert_eq!(http.get(&session).header("cookie", &cookie).send().await.unwrap().status(), 401);
    server.kill();
    let again = Server::start_by(command(["serve", "--data", text(&data), "--listen", "127.0.0.1:0"]));
    again.ready().await;
    let session = format!("http://{}/session", again.address);
    assert_eq!(http.get(&session).header("cookie", &cookie).send().await.unwrap().status(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_commands_and_answers_questions() {
    let scratch = TempDir::new().unwrap();
    let root = scratch.path().canonicalize().unwrap();
    let (data, shim, full) = (root.join("data"), root.join("writelog.so"), root.join("full"));
    prepare(&data);
    compile_shim(&shim);
    let mut serve = command(["serve", "--dev", "--data", text(&data), "--listen", "127.0.0.1:0"]);
    serve.env("LD_PRELOAD", &shim).env("WRITELOG_DIR", &data).env("WRITELOG_OUT", "/dev/null");
    let server = Server::start_by({
        serve.env("WRITELOG_FULL_WHILE", &full);
        serve
    });
    server.ready().await;
    let api = server.api();
    let mut facts = Vec::new();
    let mut matter = None;
    for n in 0..6 {
        let receipt = done(&api, &planned(SEED, 0, n, matter.as_deref())).await;
        facts.extend(receipt.events);
        matter = Some(receipt.matter);
    }
    let matter = matter.unwrap();
    let kept: Value = api.hand_in("clerk", b"%PDF-1.7 kept before").await.json().await.unwrap();
    let kept = format!("http://{}{}", server.address, kept["url"].as_str().unwrap());
    let read = async |by: &str| {
        reqwest::Client::new().get(&kept).bearer_auth(format!("dev:{by}")).send().await.unwrap().status()
    };
    assert_eq!(read("lead").await, 200);
    caught_up(&server).await;

    fs::write(&full, "").unwrap();
    let (resumes, proposes) = (planned(SEED, 0, 6, Some(&matter)), planned(SEED, 0, PROPOSES, None));
    for _ in 0..5 {
        is_refused_for_want_of_space(&api, &resumes).await;
        is_refused_for_want_of_space(&api, &proposes).await;
        assert_eq!(entries(&api, &matter).await, facts, "reads go on, and show what was acknowledged");
    }
    let (status, health) = readiness(&server).await;
    assert_eq!(
        (status, &health["degraded"], &health["disk"]["state"]),
        (200, &json!(true), &json!("full")),
        "{health}"
    );
    let paper = api.hand_in("clerk", PAPER).await;
    assert_eq!((paper.status().as_u16(), paper.headers().contains_key("retry-after")), (507, true));
    let told: serde_json::Value = paper.json().await.unwrap();
    let extensions = &told["errors"][0]["extensions"];
    assert_eq!(
        (&extensions["code"], &extensions["retryable"]),
        (&json!("DISK_FULL"), &json!(true)),
        "{told}"
    );
    assert!(listed(&api).await.contains(&matter));
    assert_eq!(
        read("clerk").await,
        503,
        "what is protected is not given if that it was read cannot be written down"
    );
    assert_eq!(read("lead").await, 200, "whose reading stands in the log has it within ten minutes");
    fs::remove_file(&full).unwrap();
    assert_eq!(read("clerk").await, 200, "and is given again");
    assert_eq!(api.hand_in("clerk", PAPER).await.status().as_u16(), 201, "a paper is taken again");

    let resumed = done(&api, &resumes).await;
    let proposed = done(&api, &proposes).await;
    assert!(!resumed.repeated && !proposed.repeated, "neither was recorded while the disk was full");
    facts.extend(resumed.events);
    assert_eq!(entries(&api, &matter).await, facts);
    assert_eq!(entries(&api, &proposed.matter).await, proposed.events);
    let began = Instant::now();
    while !listed(&api).await.contains(&proposed.matter) {
        assert!(began.elapsed() < PATIENCE, "the overview does not recover\n{}", server.said());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.ready().await;
    assert_eq!(readiness(&server).await.1["degraded"], false);
    assert_eq!(server.terminate(Duration::from_secs(20)).0.code(), Some(0));
    succeeds(["rebuild", "--data", text(&data), "--check"]);
}
