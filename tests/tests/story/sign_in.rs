//! Who one is: people by password and session, programs by token; what ends, ends at once.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use om_infra::credentials::{ATTEMPTS, FILE_NAME, TokenRights};
use om_tests::guarded::{Guarded, PASSWORD, holder};
use reqwest::header::{AUTHORIZATION, COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const WHO: &str = "{ me { officer } }";

async fn code(request: RequestBuilder) -> (u16, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16) -> (u16, String) {
    (status, "UNAUTHENTICATED".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_is_known_and_signs_out() {
    let guarded = Guarded::with_account("lead").await;
    let ways: Value = guarded.at(Method::GET, "/sign-in").send().await.unwrap().json().await.unwrap();
    assert_eq!(ways, json!({ "by": "password" }));

    let answer = guarded.sign_in("lead", PASSWORD).await;
    let set = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    for attribute in ["__Host-onematter=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(attribute), "{set}");
    }
    let who: Value = answer.json().await.unwrap();
    assert_eq!((who["name"].as_str(), who["county"].as_str()), (Some("lead"), Some("530322")));
    assert_eq!(who["onlyReads"], false);

    let cookie = set.split(';').next().unwrap();
    let answer: Value = guarded.ask(WHO).header(COOKIE, cookie).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["me"]["officer"], "officer:lead");
    let seen = guarded.at(Method::GET, "/session").header(COOKIE, cookie).send().await.unwrap();
    assert_eq!(seen.json::<Value>().await.unwrap()["name"], "lead");

    let end = guarded.at(Method::DELETE, "/session").header(COOKIE, cookie).send().await.unwrap();
    assert_eq!(end.status(), 204);
    assert!(end.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(code(guarded.ask(WHO).header(COOKIE, cookie)).await, refused(401));
    let gone = guarded.at(Method::GET, "/session").header(COOKIE, cookie);
    assert_eq!(code(gone).await, refused(401));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_by_guessing_and_nothing_is_told_of_who_exists() {
    let guarded = Guarded::with_account("lead").await;
    let mut told = Vec::new();
    for name in ["lead", "nobody", "lead@530326"] {
        let answer = guarded.sign_in(name, "a wrong password").await;
        assert_eq!(answer.status(), 401, "{name}");
        let body: Value = answer.json().await.unwrap();
        told.push(body["errors"][0]["message"].clone());
    }
    assert!(told.iter().all(|message| *message == told[0]), "{told:?}");
    // an account that the county's directory does not have opens nothing, and reads alike
    guarded.credentials.set_password(&holder("ghost"), PASSWORD).await.unwrap();
    let answer: Value = guarded.sign_in("ghost", PASSWORD).await.json().await.unwrap();
    assert_eq!(answer["errors"][0]["message"], told[0]);

    for _ in 1..ATTEMPTS {
        assert_eq!(guarded.sign_in("lead", "a wrong password").await.status(), 401);
    }
    let locked = guarded.sign_in("lead", PASSWORD).await;
    assert_eq!(locked.status(), 401);
    let locked: Value = locked.json().await.unwrap();
    assert_eq!(locked["errors"][0]["message"], told[0], "a lock told apart would tell who exists");
    for (what, body) in [
        ("no JSON", "name=lead".to_owned()),
        ("more than asked", json!({ "name": "lead", "password": PASSWORD, "role": "lead" }).to_string()),
        ("too large", json!({ "name": "lead", "password": "x".repeat(20_000) }).to_string()),
    ] {
        let request = guarded.at(Method::POST, "/session").header("content-type", "application/json");
        assert_eq!(request.body(body).send().await.unwrap().status(), 400, "{what}");
    }
    // development names open nothing here
    for bearer in ["Bearer dev:lead", "Bearer ", "Basic bGVhZDp4", "om_x"] {
        assert_eq!(code(guarded.ask(WHO).header(AUTHORIZATION, bearer)).await, refused(401), "{bearer}");
    }
    assert_eq!(code(guarded.ask(WHO)).await, refused(401));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_does_nothing_with_somebodys_session() {
    let guarded = Guarded::with_account("lead").await;
    let cookie = guarded.cookie("lead").await;
    let foreign =
        |request: RequestBuilder| request.header(COOKIE, &cookie).header(ORIGIN, "https://evil.example");
    for request in [
        guarded.ask(WHO),
        guarded.at(Method::POST, "/papers").body("x"),
        guarded.at(Method::DELETE, "/session"),
        guarded.at(Method::POST, "/session").json(&json!({ "name": "lead", "password": PASSWORD })),
    ] {
        assert_eq!(foreign(request).send().await.unwrap().status(), 403);
    }
    let own = guarded.ask(WHO).header(COOKIE, &cookie).header(ORIGIN, &guarded.base);
    assert_eq!(own.send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departments_own_system_comes_in_by_a_token_until_it_is_revoked() {
    let guarded = Guarded::open().await;
    let (token, key) = guarded
        .credentials
        .make_token(&holder("nr-officer-1"), "registry", TokenRights::default(), 1)
        .await
        .unwrap();
    let bearer = format!("Bearer {token}");
    let put = "mutation { putText(input: { commandId: \"7d8f6d8e-5d0f-4a3e-9f0c-1f2e3d4c5b6a\", class: NOTE, \
               text: \"x\" }) { ref } }";
    let answer = guarded.ask(put).header(AUTHORIZATION, &bearer).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert!(answer["data"]["putText"]["ref"].is_string(), "{answer}");
    assert!(guarded.credentials.store().revoke(&key.id).await.unwrap());
    assert_eq!(code(guarded.ask(put).header(AUTHORIZATION, &bearer)).await, refused(401));

    // one that reads only reads, whatever its account may
    let read_only = TokenRights { read_only: true, only: None };
    let (token, _) =
        guarded.credentials.make_token(&holder("nr-officer-1"), "mirror", read_only, 1).await.unwrap();
    let bearer = format!("Bearer {token}");
    assert_eq!(guarded.ask(WHO).header(AUTHORIZATION, &bearer).send().await.unwrap().status(), 200);
    let (status, code) = code(guarded.ask(put).header(AUTHORIZATION, &bearer)).await;
    assert_eq!((status, code.as_str()), (403, "FORBIDDEN"));
    let paper = guarded.at(Method::POST, "/papers").header(AUTHORIZATION, &bearer).body("x");
    assert_eq!(paper.send().await.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_some_commands_gives_no_other_however_it_is_written() {
    let guarded = Guarded::open().await;
    let only = |names: &[&str]| TokenRights {
        read_only: false,
        only: Some(names.iter().map(|name| (*name).to_owned()).collect()),
    };
    let token = async |names: &[&str]| {
        let made = guarded.credentials.make_token(&holder("nr-officer-1"), "registry", only(names), 1).await;
        format!("Bearer {}", made.unwrap().0)
    };
    let input =
        "(input: { commandId: \"7d8f6d8e-5d0f-4a3e-9f0c-1f2e3d4c5b6a\", class: NOTE, text: \"x\" }) { ref }";
    let (puts, accepts) = (token(&["putText"]).await, token(&["acceptPermit", "papers"]).await);
    let put = format!("mutation {{ putText{input} }}");
    let answer: Value =
        guarded.ask(&put).header(AUTHORIZATION, &puts).send().await.unwrap().json().await.unwrap();
    assert!(answer["data"]["putText"]["ref"].is_string(), "{answer}");
    for text in [
        put.clone(),
        format!("mutation {{ acceptPermit: putText{input} }}"),
        format!("mutation {{ ... on Mutation {{ putText{input} }} }}"),
        format!("mutation {{ ...f }} fragment f on Mutation {{ putText{input} }}"),
    ] {
        let answer = guarded.ask(&text).header(AUTHORIZATION, &accepts).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{text}");
        let told: Value = answer.json().await.unwrap();
        assert!(told["errors"][0]["message"].as_str().unwrap().contains("may not give putText"), "{told}");
    }
    assert_eq!(guarded.ask(WHO).header(AUTHORIZATION, &accepts).send().await.unwrap().status(), 200);
    for (bearer, status) in [(&puts, 403), (&accepts, 201)] {
        let paper = guarded.at(Method::POST, "/papers").header(AUTHORIZATION, bearer);
        let paper = paper.header("content-type", "text/plain").body("x").send().await.unwrap();
        assert_eq!(paper.status(), status);
    }
    // four commands and a paper, each a denial that audit reads
    let audit = TokenRights { read_only: true, only: None };
    let made = guarded.credentials.make_token(&holder("audit-administrator"), "audit", audit, 1).await;
    let audit = format!("Bearer {}", made.unwrap().0);
    let log =
        "{ accessLog(officer: \"officer:nr-officer-1\", kind: DENIED) { nodes { action rule times } } }";
    let mut times = 0;
    for _ in 0..100 {
        let answer = guarded.ask(log).header(AUTHORIZATION, &audit).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let found = answer["data"]["accessLog"]["nodes"].as_array().unwrap().clone();
        assert!(
            found.iter().all(|entry| entry["rule"] == "A5"
                && (entry["action"] == "PutText" || entry["action"] == "HandIn")),
            "{answer}"
        );
        times = found.iter().map(|entry| entry["times"].as_u64().unwrap()).sum();
        if times >= 5 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(times, 5);
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A connection of a browser with this cookie, acknowledged.
async fn connected(guarded: &Guarded, cookie: &str) -> Socket {
    let address = guarded.base.replace("http", "ws") + "/graphql/ws";
    let mut request = address.into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    request.headers_mut().insert(COOKIE, cookie.parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    socket.send(Message::Text(json!({ "type": "connection_init" }).to_string().into())).await.unwrap();
    let ack = socket.next().await.unwrap().unwrap();
    assert!(ack.to_text().unwrap().contains("connection_ack"), "{ack}");
    socket
}

/// The code with which the server closes a connection, soon.
async fn closed(mut socket: Socket) -> u16 {
    let close = async {
        loop {
            match socket.next().await.unwrap().unwrap() {
                Message::Close(frame) => return frame.unwrap().code.into(),
                _ => continue,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), close).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_with_the_session_that_opened_it_and_with_the_account() {
    let guarded = Guarded::with_account("lead").await;
    guarded.credentials.set_password(&holder("clerk"), PASSWORD).await.unwrap();
    let (lead, clerk) = (guarded.cookie("lead").await, guarded.cookie("clerk").await);
    let (of_lead, of_clerk) = (connected(&guarded, &lead).await, connected(&guarded, &clerk).await);

    guarded.at(Method::DELETE, "/session").header(COOKIE, &lead).send().await.unwrap();
    assert_eq!(closed(of_lead).await, 4401);

    let retire = json!({ "officer": "officer:clerk", "reason": "调离" });
    guarded.house.on_register("security-administrator", "retireOfficer", retire).await;
    assert_eq!(closed(of_clerk).await, 4401);
    assert_eq!(code(guarded.ask(WHO).header(COOKIE, &clerk)).await, refused(401));
}

/// A request whose body is on its way: the server has asked for it.
struct Halfway(TcpStream);

impl Halfway {
    async fn begin(guarded: &Guarded, path: &str, cookie: &str, (kind, length): (&str, usize)) -> Self {
        let host = guarded.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
             Connection: close\r\nExpect: 100-continue\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).await.unwrap();
        assert!(go_on.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&go_on));
        Self(stream)
    }

    /// Sends the body; the status of the answer.
    async fn end(mut self, body: &[u8]) -> u16 {
        self.0.write_all(body).await.unwrap();
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_are_asked_for_when_the_body_is_here() {
    let guarded = Guarded::with_account("lead").await;
    guarded.give_account("clerk").await;
    let (lead, clerk) = (guarded.cookie("lead").await, guarded.cookie("clerk").await);
    let question = json!({ "query": WHO }).to_string().into_bytes();
    let paper = b"handed in by whom?".to_vec();
    let asked = async |cookie| {
        Halfway::begin(&guarded, "/graphql", cookie, ("application/json", question.len())).await
    };
    let handed =
        async |cookie| Halfway::begin(&guarded, "/papers", cookie, ("text/plain", paper.len())).await;
    assert_eq!(asked(&lead).await.end(&question).await, 200);
    let other = b"a paper of the same size"[..paper.len()].to_vec();
    assert_eq!(handed(&lead).await.end(&other).await, 201);

    let (of_lead, of_clerk) = (asked(&lead).await, asked(&clerk).await);
    let (papers_of_lead, papers_of_clerk) = (handed(&lead).await, handed(&clerk).await);
    guarded.at(Method::DELETE, "/session").header(COOKIE, &lead).send().await.unwrap();
    let roles = json!({ "officer": "officer:clerk", "roles": ["AUDITOR"] });
    guarded.house.on_register("security-administrator", "changeRoles", roles).await.shows("entries", 1);
    // what comes within a second of the look at its rights is answered by them
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(of_lead.end(&question).await, 401);
    assert_eq!(of_clerk.end(&question).await, 200, "who asks as what they are now");
    assert_eq!((papers_of_lead.end(&paper).await, papers_of_clerk.end(&paper).await), (401, 403));
    for (bytes, status) in [(&other, 200), (&paper, 404)] {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let given = guarded.house.get("lead", &format!("/papers/{hash}")).send().await.unwrap();
        assert_eq!(given.status(), status, "nothing is kept of who may not hand in any more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_whose_rights_cannot_be_looked_up_ends() {
    let guarded = Guarded::with_account("lead").await;
    let socket = connected(&guarded, &guarded.cookie("lead").await).await;
    let kept = rusqlite::Connection::open(guarded.house.dir.path().join(FILE_NAME)).unwrap();
    kept.execute_batch("ALTER TABLE key RENAME TO elsewhere").unwrap();
    assert_eq!(closed(socket).await, 1013);
}
