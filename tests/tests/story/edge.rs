//! What strangers, clumsy programs and proxies meet at the door: limits, addresses, headers, certificates.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use om_gateway::app::Edge;
use om_gateway::edge::client::Proxies;
use om_gateway::serve::PROTOCOLS;
use om_infra::credentials::ATTEMPTS;
use om_infra::tls::{Tls, TlsFiles};
use om_tests::guarded::{Guarded, PASSWORD, cookies};
use om_tests::house::House;
use om_tests::tls::{Authority, Signed};
use reqwest::header::{AUTHORIZATION, COOKIE, RETRY_AFTER};
use reqwest::{Method, Response};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tempfile::tempdir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

const WHO: &str = "{ me { officer } }";
const FORWARDED: &str = "x-forwarded-for";
const MINE: &str = "198.51.100.7";
const STRANGER: &str = "203.0.113.1";

/// One behind a proxy on this machine, which says for whom it asks.
async fn behind_a_proxy() -> Guarded {
    let proxies = Proxies::named(&["127.0.0.0/8".to_owned()]).unwrap();
    let guarded = Guarded::standing(Edge { proxies, ..Edge::default() }).await;
    guarded.give_account("lead").await;
    guarded
}

async fn sign_in_from(guarded: &Guarded, address: &str, password: &str, browser: Option<&str>) -> Response {
    let mut request = guarded.signing_in("lead", password).header(FORWARDED, address);
    if let Some(browser) = browser {
        request = request.header(COOKIE, browser);
    }
    request.send().await.unwrap()
}

/// Status, code, and how long to wait by the header and by the body, which say the same.
async fn limited(answer: Response) -> bool {
    if answer.status() != 429 {
        return false;
    }
    let wait: u64 = answer.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    let body: Value = answer.json().await.unwrap();
    let extensions = &body["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "RATE_LIMITED", "{body}");
    assert_eq!(extensions["retryAfterSeconds"], wait, "{body}");
    assert!(
        wait >= 1 && body["errors"][0]["message"].as_str().unwrap().contains(&format!("{wait} s")),
        "{body}"
    );
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_guesses_keeps_nobody_out() {
    let guarded = behind_a_proxy().await;
    let known = cookies(&sign_in_from(&guarded, MINE, PASSWORD, None).await).swap_remove(1);
    assert!(known.starts_with("__Host-onematter-device="), "{known}");
    for _ in 0..ATTEMPTS {
        assert_eq!(sign_in_from(&guarded, STRANGER, "a wrong password", None).await.status(), 401);
    }
    assert_eq!(sign_in_from(&guarded, STRANGER, PASSWORD, None).await.status(), 401, "he has guessed enough");
    assert_eq!(sign_in_from(&guarded, MINE, PASSWORD, None).await.status(), 200, "I am elsewhere");
    let again = sign_in_from(&guarded, STRANGER, PASSWORD, Some(&known)).await;
    assert_eq!(again.status(), 200, "I am at my own browser, if behind the same address");
    assert_eq!(cookies(&again).len(), 1, "which is known already");
    // what he writes of himself is not believed: the proxy's entry is the last
    let lied = format!("{MINE}, {STRANGER}");
    assert_eq!(sign_in_from(&guarded, &lied, PASSWORD, None).await.status(), 401);
    let figures = guarded.at(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    for line in [
        "{outcome=\"in\",way=\"password\"} 3",
        "{outcome=\"wrong\",way=\"password\"} 5",
        "{outcome=\"locked\",way=\"password\"} 2",
    ] {
        assert!(figures.contains(&format!("onematter_sign_ins_total{line}")), "{line}: {figures}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_begins_so_many_sign_ins_and_a_known_browser_is_not_one_of_them() {
    let guarded = behind_a_proxy().await;
    let known = cookies(&sign_in_from(&guarded, MINE, PASSWORD, None).await).swap_remove(1);
    let mut refused = 0;
    while !limited(sign_in_from(&guarded, STRANGER, "a wrong password", None).await).await {
        refused += 1;
        assert!(refused < 200, "nothing limits a stranger");
    }
    assert!(refused >= 60, "{refused}: a whole office signs in at nine");
    assert_eq!(sign_in_from(&guarded, STRANGER, PASSWORD, Some(&known)).await.status(), 200);
    assert_eq!(sign_in_from(&guarded, "192.0.2.9", "a wrong password", None).await.status(), 401);
    let figures = guarded.at(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    assert!(figures.contains("onematter_limited_total{limit=\"sign_in\"} 1"), "{figures}");
    assert!(
        figures.contains("onematter_sign_ins_total{outcome=\"limited\",way=\"password\"} 1"),
        "{figures}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_open_nothing_are_not_tried_without_end() {
    let guarded = behind_a_proxy().await;
    let http = reqwest::Client::new();
    let try_from = async |address: &str| {
        let request = http.post(format!("{}/graphql", guarded.base)).json(&json!({ "query": WHO }));
        request.header(FORWARDED, address).header(AUTHORIZATION, "Bearer om_guess").send().await.unwrap()
    };
    let mut refused = 0;
    while !limited(try_from(STRANGER).await).await {
        refused += 1;
        assert!(refused < 1_000, "nothing limits a stranger");
    }
    assert_eq!(try_from(MINE).await.status(), 401);
    // who is known is served from there all the same
    let cookie = cookies(&sign_in_from(&guarded, STRANGER, PASSWORD, None).await).swap_remove(0);
    let asked = guarded.ask(WHO).header(FORWARDED, STRANGER).header(COOKIE, cookie);
    assert_eq!(asked.send().await.unwrap().status(), 200);
}

/// One whose accounts have a point a second.
async fn tight() -> (Guarded, String, String) {
    let guarded = Guarded::standing(Edge { account_rate: NonZeroU32::new(1), ..Edge::default() }).await;
    guarded.give_account("lead").await;
    guarded.give_account("clerk").await;
    let (lead, clerk) = (guarded.cookie("lead").await, guarded.cookie("clerk").await);
    (guarded, lead, clerk)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_spends_its_own_points_and_a_dear_question_is_many() {
    let (guarded, lead, clerk) = tight().await;
    let ask =
        async |cookie: &str, query: &str| guarded.ask(query).header(COOKIE, cookie).send().await.unwrap();
    let mut answered = 0;
    while !limited(ask(&lead, WHO).await).await {
        answered += 1;
        assert!(answered < 100, "nothing limits an account");
    }
    assert!(answered >= 9, "{answered}");
    let paper = guarded.at(Method::POST, "/papers").header(COOKIE, &lead).body("x");
    assert!(limited(paper.send().await.unwrap()).await, "papers are the same account's");
    assert_eq!(ask(&clerk, WHO).await.status(), 200);
    let dear = "{ overview { matters(first: 200) { nodes { id name pressure { done overdue nextDue } } } } }";
    let mut dear_ones = 0;
    while !limited(ask(&clerk, dear).await).await {
        dear_ones += 1;
        assert!(dear_ones < 100, "cost does not count");
    }
    assert!(dear_ones < 4, "{dear_ones} dear questions for nine points");
}

/// What is no text, or too much, is told by the codes that every client knows (RFC 6455, 7.4.1).
#[tokio::test]
async fn a_websocket_that_cannot_be_read_is_closed_with_the_reason() {
    let house = House::open().await;
    let large = Message::Text("x".repeat(300 * 1_024).into());
    let no_text = Frame::message(vec![b'"', 0xff, b'"'], OpCode::Data(Data::Text), true);
    for (sent, code) in [(large, 1009), (Message::Frame(no_text), 1007)] {
        let mut request = format!("ws://{}/graphql/ws", house.address).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (mut socket, _) = connect_async(request).await.unwrap();
        // the server may have closed before all of it is written
        let _ = socket.send(sent).await;
        let frame = loop {
            match socket.next().await.unwrap().unwrap() {
                Message::Close(frame) => break frame.unwrap(),
                other => assert!(other.is_ping(), "{other:?}"),
            }
        };
        assert_eq!(u16::from(frame.code), code, "{}", frame.reason);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_is_limited_like_the_rest() {
    let (guarded, lead, clerk) = tight().await;
    let connect = async |cookie: &str| {
        let mut request =
            format!("{}/graphql/ws", guarded.base.replace("http", "ws")).into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        headers.insert(COOKIE, cookie.parse().unwrap());
        connect_async(request).await
    };
    let (mut socket, _) = connect(&lead).await.unwrap();
    let say = |message: Value| Message::Text(message.to_string().into());
    socket.send(say(json!({ "type": "connection_init" }))).await.unwrap();
    for n in 0..20 {
        let subscribe = json!({ "type": "subscribe", "id": n.to_string(), "payload": { "query": WHO } });
        socket.send(say(subscribe)).await.unwrap();
    }
    let error = async {
        loop {
            let heard: Value =
                serde_json::from_str(socket.next().await.unwrap().unwrap().to_text().unwrap()).unwrap();
            if heard["type"] == "error" {
                return heard;
            }
        }
    };
    let error = tokio::time::timeout(Duration::from_secs(20), error).await.unwrap();
    let extensions = &error["payload"][0]["extensions"];
    assert_eq!(extensions["code"], "RATE_LIMITED", "{error}");
    assert!(extensions["retryAfterSeconds"].as_u64().unwrap() >= 1, "{error}");
    // a new connection of the same account is turned away before the upgrade, another's is not
    let refused = connect(&lead).await.err().unwrap().to_string();
    assert!(refused.contains("429"), "{refused}");
    let (mut flooding, _) = connect(&clerk).await.unwrap();
    let close = async {
        flooding.send(say(json!({ "type": "connection_init" }))).await.unwrap();
        loop {
            // it may be closed while this is still sending
            for _ in 0..50 {
                let _ = flooding.feed(say(json!({ "type": "pong" }))).await;
            }
            let _ = flooding.flush().await;
            while let Ok(heard) = tokio::time::timeout(Duration::from_millis(1), flooding.next()).await {
                match heard {
                    Some(Ok(Message::Close(Some(frame)))) => return Some(u16::from(frame.code)),
                    Some(Ok(_)) => {}
                    _ => return None,
                }
            }
        }
    };
    let code = tokio::time::timeout(Duration::from_secs(20), close).await.unwrap();
    assert!(code.is_none_or(|code| code == 1013), "{code:?}");
    let figures = guarded.at(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    assert!(figures.contains("onematter_limited_total{limit=\"messages\"} 1"), "{figures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_the_api_says_the_id_by_which_the_log_finds_it() {
    let guarded = Guarded::with_account("lead").await;
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    for path in
        ["/graphql", "/graphql/ws", "/session", "/papers/x", "/calendar/mine.ics", "/matters/x/notices/y"]
    {
        let traced =
            guarded.at(Method::GET, path).header("traceparent", format!("00-{id}-00f067aa0ba902b7-01"));
        let answer = traced.send().await.unwrap();
        assert_eq!(answer.headers()["x-request-id"], id, "{path}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["traceId"], id, "{path}: {body}");
    }
    let own = guarded.at(Method::GET, "/sign-in").send().await.unwrap();
    assert_eq!(own.headers()["x-request-id"].len(), 32);
    for name in ["x-content-type-options", "x-frame-options", "referrer-policy", "content-security-policy"] {
        assert!(own.headers().contains_key(name), "{name}");
    }
    assert!(
        !own.headers().contains_key("access-control-allow-origin"),
        "no page of another origin is let read"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_nothing_nothing_is_answered_as_if_there_were() {
    let guarded = Guarded::open().await;
    for path in [
        "/papers/x/y",
        "/matters/x",
        "/matters/x/y",
        "/calendar",
        "/graphql/x",
        "/session/x",
        "/assets/none.js",
        "/nothing",
    ] {
        let answer = guarded.at(Method::GET, path).header("accept", "text/html").send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_a_file_and_not_told_to_whoever_asks() {
    let guarded = Guarded::with_account("lead").await;
    let cookie = guarded.cookie("lead").await;
    for query in ["{ __schema { types { name } } }", "{ __type(name: \"Query\") { name } }"] {
        let answer: Value =
            guarded.ask(query).header(COOKIE, &cookie).send().await.unwrap().json().await.unwrap();
        assert!(answer["data"].as_object().is_none_or(|data| data.values().all(Value::is_null)), "{answer}");
        let said = answer["errors"][0]["message"].as_str().unwrap();
        assert!(said.contains("gateway/schema.graphql"), "{said}");
    }
    let answer: Value = guarded
        .ask("{ __typename me { __typename } }")
        .header(COOKIE, &cookie)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["data"]["me"]["__typename"], "Me", "{answer}");
}

/// What a server with a certificate answers to whom trusts this authority.
async fn over_tls(base: &str, authority: &Authority) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.file()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(base.trim_start_matches("https://")).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    stream.write_all(b"GET /sign-in HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_its_own_is_served_and_taken_up_when_it_is_renewed() {
    let dir = tempdir().unwrap();
    let (old, new) = (Authority::new(dir.path(), "old"), Authority::new(dir.path(), "new"));
    let Signed { cert, key } = old.signs("localhost");
    let files = TlsFiles { cert: cert.clone(), key: key.clone(), client_ca: None };
    let tls = Some(Arc::new(Tls::load(files, PROTOCOLS).unwrap()));
    let guarded = Guarded::standing(Edge { tls, ..Edge::default() }).await;
    let answer = over_tls(&guarded.base, &old).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("password"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age="), "{answer}");
    assert!(
        over_tls(&guarded.base, &new).await.is_err(),
        "who trusts another authority does not speak to it"
    );
    let plain = reqwest::get(format!("{}/sign-in", guarded.base.replace("https", "http"))).await;
    assert!(plain.is_err(), "nothing is answered in the open");

    let renewed = new.signs("localhost");
    std::fs::copy(renewed.cert, cert).unwrap();
    // the key comes later: meanwhile the old certificate serves
    assert!(over_tls(&guarded.base, &old).await.is_ok());
    std::fs::copy(renewed.key, key).unwrap();
    let taken_up = async {
        while over_tls(&guarded.base, &new).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), taken_up).await.unwrap();
}
