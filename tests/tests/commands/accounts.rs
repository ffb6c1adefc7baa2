//! An installation without development users, from its first account on, by the command line and HTTP alone.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::io::Write as _;
use std::process::Stdio;

use om_tests::server::{Server, command, prepare, run, succeeds, text};
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

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stands_in_the_log() {
    let dir = tempdir().unwrap();
    let data = text(dir.path());
    prepare(dir.path());
    let password = succeeds(["user", "add", "lead@530322", "--data", data]);
    let token = succeeds(["token", "make", "nr-officer-1@530322", "--label", "registry", "--data", data]);
    let flags = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--log-lines", "trace"];
    let server = Server::start_by(command(flags));
    server.ready().await;
    let (password, token, wrong) = (password.trim(), token.trim(), "one that was typed wrong");
    assert_eq!(sign_in(&server, "lead", wrong).await.status(), 401);
    // people type one into the field of the other
    assert_eq!(sign_in(&server, password, "lead").await.status(), 401);
    let answer = sign_in(&server, "lead", password).await;
    let set = answer.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let cookies: Vec<String> = set.map(|value| value.split(';').next().unwrap().to_owned()).collect();
    let secrets: Vec<&str> = cookies.iter().map(|cookie| cookie.split_once('=').unwrap().1).collect();
    assert_eq!(secrets.len(), 2, "a session and a browser that is known");
    assert_eq!(asked(&server, COOKIE, &cookies.join("; ")).await.0, 200);
    assert_eq!(asked(&server, AUTHORIZATION, "Bearer om_guessed-by-somebody").await.0, 401);

    let personal = "一户的电话 13987654321";
    let ask = async |query: &str, variables: Value| {
        let request = reqwest::Client::new().post(format!("http://{}/graphql", server.address));
        let request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        let body = json!({ "query": query, "variables": variables });
        request.json(&body).send().await.unwrap().json::<Value>().await.unwrap()
    };
    let put = "mutation($input: PutTextInput!) { putText(input: $input) { ref } }";
    let input =
        json!({ "commandId": "7d8f6d8e-5d0f-4a3e-9f0c-1f2e3d4c5b6a", "class": "NOTE", "text": personal });
    let kept = ask(put, json!({ "input": input })).await;
    assert!(kept["data"]["putText"]["ref"].is_string(), "{kept}");
    let refused = ask("query($id: ID!) { node(id: $id) { id } }", json!({ "id": personal })).await;
    assert!(refused["errors"].is_array(), "{refused}");
    let calendar = "530322-a-secret-address-of-somebody.ics";
    let feed = reqwest::get(format!("http://{}/calendar/{calendar}", server.address)).await.unwrap();
    assert_eq!(feed.status(), 404);
    server.ready().await;

    let said = server.said();
    assert!(said.contains("a sign-in with a wrong name or password") && said.contains("signed in"), "{said}");
    let mut never = vec![password, token, wrong, "om_guessed-by-somebody", personal, "13987654321", calendar];
    never.extend(secrets);
    for secret in never {
        assert!(!said.contains(secret), "a secret stands in the log: {secret}");
    }
    assert!(!said.contains('\u{1b}'), "no terminal reads this");
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
    let number = ["token", "make", "lead@530322", "--label", "王某 138 0013 8000", "--data", data];
    refused(number, &["no place for personal information", "手机号"]);
    refused(["serve", "--data", data, "--listen", "0.0.0.0:0"], &["unencrypted", "--behind-tls"]);
}

#[test]
fn an_account_that_the_directory_does_not_have_is_warned_of() {
    let dir = tempdir().unwrap();
    let data = text(dir.path());
    prepare(dir.path());
    let said = |arguments: &[&str]| {
        let output = run(arguments.iter().copied());
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let unknown = "no account laed";
    assert!(said(&["user", "add", "laed@530322", "--data", data]).contains(unknown));
    assert!(said(&["token", "make", "laed@530322", "--label", "x", "--data", data]).contains(unknown));
    let elsewhere = said(&["user", "add", "lead@530324", "--data", data]);
    assert!(elsewhere.contains("county 530324 has no account lead"), "{elsewhere}");
    assert!(!said(&["user", "add", "lead@530322", "--data", data]).contains("warning"));
}

#[test]
fn no_command_takes_a_password_that_the_list_of_processes_shows() {
    let address = "postgres://om:secret@127.0.0.1/om";
    for (flag, arguments) in [
        ("--credentials", vec!["user", "list", "--credentials", address]),
        ("--credentials", vec!["token", "list", "--credentials", address]),
        ("--vault", vec!["doctor", "--data", "d", "--vault", address]),
        ("--log", vec!["import", "template", "f.toml", "--data", "d", "--log", "esdb://u:secret@h:2113"]),
    ] {
        refused(arguments, &[flag, "holds a password", "passwordFile="]);
    }
}
