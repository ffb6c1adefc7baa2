//! An installation without development users, from its first account on, by the command line and HTTP alone.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::io::Write as _;
use std::process::Stdio;

use om_tests::server::{Server, command, prepare, succeeds, text};
use reqwest::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::cli::refused;

const WHO: &str = "{ me { officer } }";

/// Runs a command that reads this and must succeed.
fn succeeds_with(input: &str, arguments: &[&str]) {
    let mut child = command(arguments.iter().copied()).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

async fn asked(server: &Server, header: reqwest::header::HeaderName, value: &str) -> (u16, Value) {
    let request = reqwest::Client::new().post(format!("http://{}/graphql", server.address));
    let answer = request.header(header, value).json(&json!({ "query": WHO })).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn sign_in(server: &Server, name: &str, password: &str) -> reqwest::Response {
    let request = reqwest::Client::new().post(format!("http://{}/session", server.address));
    request.json(&json!({ "name": name, "password": password })).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_county_works_alone_from_its_first_account_on() {
    let dir = tempdir().unwrap();
    let data = text(dir.path());
    prepare(dir.path());
    let server = Server::start_by(command(["serve", "--data", data, "--listen", "127.0.0.1:0"]));
    server.ready().await;
    assert!(server.said().contains("onematter user add"), "it says how one begins");
    assert!(!server.said().contains("DEVELOPMENT"));
    assert_eq!(asked(&server, AUTHORIZATION, "Bearer dev:lead").await.0, 401);

    // accounts are made while it runs
    let password = succeeds(["user", "add", "lead@530322", "--data", data]);
    succeeds_with(
        "a password of my own\n",
        &["user", "add", "clerk@530322", "--password-stdin", "--data", data],
    );
    let answer = sign_in(&server, "lead", password.trim()).await;
    assert_eq!(answer.status(), 200);
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(asked(&server, COOKIE, &cookie).await.1["data"]["me"]["officer"], "officer:lead");
    assert_eq!(sign_in(&server, "clerk", "a password of my own").await.status(), 200);

    let listed = succeeds(["user", "list", "--data", data]);
    assert!(listed.contains("lead@530322") && listed.contains("clerk@530322") && !listed.contains("$argon2"));
    for _ in 0..5 {
        assert_eq!(sign_in(&server, "clerk", "not the password").await.status(), 401);
    }
    assert_eq!(
        sign_in(&server, "clerk", "a password of my own").await.status(),
        401,
        "locked, and not told apart"
    );
    assert!(succeeds(["user", "list", "--data", data]).contains("locked"));
    succeeds(["user", "unlock", "clerk@530322", "--data", data]);
    assert_eq!(sign_in(&server, "clerk", "a password of my own").await.status(), 200);

    let token = succeeds(["token", "make", "auditor@530322", "--label", "audit tool", "--data", data]);
    let bearer = format!("Bearer {}", token.trim());
    assert_eq!(asked(&server, AUTHORIZATION, &bearer).await.1["data"]["me"]["officer"], "officer:auditor");
    let listed = succeeds(["token", "list", "--data", data]);
    assert!(listed.contains("audit tool") && !listed.contains(token.trim()));
    let id = listed.split_whitespace().next().unwrap();
    succeeds(["token", "revoke", id, "--data", data]);
    assert_eq!(asked(&server, AUTHORIZATION, &bearer).await.0, 401);

    succeeds(["user", "remove", "lead@530322", "--data", data]);
    assert_eq!(asked(&server, COOKIE, &cookie).await.0, 401);
    assert_eq!(sign_in(&server, "lead", password.trim()).await.status(), 401);
}

#[test]
fn what_is_no_account_is_refused_and_said_why() {
    let dir = tempdir().unwrap();
    let data = text(dir.path());
    refused(["user", "add", "lead", "--data", data], &["lead@530322"]);
    refused(
        ["user", "remove", "lead@530322", "--data", data],
        &["there is no account lead@530322", "user list"],
    );
    refused(["token", "revoke", "x", "--data", data], &["there is no token x", "token list"]);
    refused(
        ["token", "make", "lead@530322", "--label", "x", "--days", "1000", "--data", data],
        &["366 days"],
    );
    refused(["token", "make", "lead@530322", "--label", "a\nb", "--data", data], &["one line"]);
    let none = dir.path().join("none");
    refused(["user", "list", "--data", text(&none)], &["there is no data directory", "--data"]);
    refused(["user", "list", "--data", data, "--credentials", "mysql://x"], &["postgres://"]);
    refused(["serve", "--data", data, "--listen", "0.0.0.0:0"], &["unencrypted", "--behind-tls"]);
}
