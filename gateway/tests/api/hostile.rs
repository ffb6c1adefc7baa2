//! Documents and bodies that no honest program sends, over every way in: each is answered, and the next one is served.

use crate::support::{BOTH, Gateway, post};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use futures::{StreamExt, channel::mpsc};
use om_gateway::ws::{
    message::Closing,
    session::{self, Patience},
};
use serde_json::{Value, json};
use std::time::Duration;

/// Deeper than any parser's stack.
const DEEP: usize = 20_000;

/// Documents with something nested without end, one of each kind that the grammar lets nest.
fn nested() -> Vec<(&'static str, String)> {
    let of = |open: &str, close: &str| {
        format!("{}1{}", open.repeat(DEEP / open.len()), close.repeat(DEEP / open.len()))
    };
    vec![
        ("selections", format!("{}{}", "{a".repeat(DEEP / 2), "}".repeat(DEEP / 2))),
        ("inline fragments", format!("{{{}me{{county}}{}", "...{".repeat(DEEP / 4), "}".repeat(DEEP / 4))),
        ("a list", format!("{{ me(a: {}) {{ county }} }}", of("[", "]"))),
        ("an object", format!("{{ me(a: {}) {{ county }} }}", of("{a:", "}"))),
        ("lists and objects", format!("{{ me(a: {}) {{ county }} }}", of("[{a:", "}]"))),
        ("a directive's argument", format!("{{ me @include(if: {}) {{ county }} }}", of("[", "]"))),
        ("a variable's default", format!("query($a: [Int] = {}) {{ me {{ county }} }}", of("[", "]"))),
        (
            "a variable's type",
            format!("query($a: {}Int{}) {{ me {{ county }} }}", "[".repeat(DEEP), "]".repeat(DEEP)),
        ),
        ("what never closes", "{me(a:[".repeat(DEEP / 7)),
        ("behind a string", format!("{{ me(a: \"\\\"\", b: {}) }}", "[".repeat(DEEP))),
        ("behind a block string", format!("{{ me(a: \"\"\"\\\"\"\" [\"\"\", b: {}) }}", "[".repeat(DEEP))),
        ("behind a comment", format!("# \"\n{{ me(a: {}) }}", "[".repeat(DEEP))),
    ]
}

/// A value nested without end, as JSON.
fn deep_json() -> Vec<String> {
    vec![
        "[".repeat(DEEP),
        format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP)),
        format!("{}1{}", "{\"a\":".repeat(DEEP), "}".repeat(DEEP)),
    ]
}

async fn lives(gateway: &Gateway, after: &str) {
    let answer = gateway.ask("lead", "{ me { county } }", Value::Null).await;
    assert_eq!(answer["data"]["me"]["county"], "530322", "after {after}: {answer}");
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
}

#[tokio::test]
async fn nothing_nests_without_end_by_post_by_get_in_variables_in_a_batch_or_as_a_persisted_query() {
    let gateway = Gateway::open();
    for (kind, document) in nested() {
        let (status, _, answer) =
            gateway.send(post("lead", BOTH, json!({ "query": document }).to_string())).await;
        assert_eq!((status, code(&answer)), (StatusCode::BAD_REQUEST, "TOO_LARGE"), "{kind}");
        // as much of it as goes into an address
        let encoded: String = document.bytes().take(20_000).map(|byte| format!("%{byte:02X}")).collect();
        let get =
            Request::get(format!("/graphql?query={encoded}")).header("authorization", "Bearer dev:lead");
        let (status, _, answer) = gateway.send(get.header("accept", BOTH).body(Body::empty()).unwrap()).await;
        assert_eq!((status, code(&answer)), (StatusCode::BAD_REQUEST, "TOO_LARGE"), "{kind} by GET");
        let batch = json!([{ "query": document }, { "query": "{ me { county } }" }]).to_string();
        let (status, _, answer) = gateway.send(post("lead", BOTH, batch)).await;
        assert_eq!((status, code(&answer)), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"), "{kind} in a batch");
        lives(&gateway, kind).await;
    }
    for deep in deep_json() {
        for body in [
            deep.clone(),
            format!("{{\"query\":\"{{me{{county}}}}\",\"variables\":{{\"a\":{deep}}}}}"),
            format!("{{\"query\":{deep}}}"),
            format!("[{{\"query\":\"{{me{{county}}}}\",\"variables\":{{\"a\":{deep}}}}}]"),
            format!("{{\"extensions\":{{\"persistedQuery\":{{\"version\":1,\"sha256Hash\":{deep}}}}}}}"),
            format!(
                "{{\"id\":{deep},\"extensions\":{{\"persistedQuery\":{{\"version\":1,\"sha256Hash\":\"00\"}}}}}}"
            ),
        ] {
            let (status, _, answer) = gateway.send(post("lead", BOTH, body.clone())).await;
            assert_eq!(
                (status, code(&answer)),
                (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"),
                "{}",
                &body[..60]
            );
        }
        lives(&gateway, &deep[..20]).await;
    }
    // as deep as JSON is read, and into a scalar that takes anything
    let as_deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
    let body =
        format!("{{\"query\":\"query($a:ID){{node(id:$a){{id}}}}\",\"variables\":{{\"a\":{as_deep}}}}}");
    assert_eq!(code(&gateway.send(post("lead", BOTH, body)).await.2), "BAD_USER_INPUT");
}

#[tokio::test]
async fn nothing_nests_without_end_over_the_websocket() {
    let gateway = Gateway::open();
    let (to_server, receiver) = mpsc::unbounded::<Result<_, Option<Closing>>>();
    let (sender, mut from_server) = mpsc::unbounded();
    tokio::spawn(session::run(gateway.state.clone(), None, receiver, sender, Patience::default()));
    let say =
        |text: String| to_server.unbounded_send(Ok(axum::extract::ws::Message::Text(text.into()))).unwrap();
    let mut hear = async || loop {
        let message =
            tokio::time::timeout(Duration::from_secs(60), from_server.next()).await.unwrap().unwrap();
        match message {
            axum::extract::ws::Message::Text(text) => {
                return serde_json::from_str::<Value>(text.as_str()).unwrap();
            }
            axum::extract::ws::Message::Close(frame) => return json!({ "closed": frame.unwrap().code }),
            _ => {}
        }
    };
    say(json!({ "type": "connection_init", "payload": { "authorization": "Bearer dev:lead" } }).to_string());
    assert_eq!(hear().await["type"], "connection_ack");
    for (kind, document) in nested() {
        say(json!({ "type": "subscribe", "id": "1", "payload": { "query": document } }).to_string());
        let heard = hear().await;
        assert_eq!(heard["payload"][0]["extensions"]["code"], "TOO_LARGE", "{kind}: {heard}");
    }
    say(json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ me { county } }" } }).to_string());
    assert_eq!(hear().await["type"], "next");
    assert_eq!(hear().await["type"], "complete");
    let deep = &deep_json()[2];
    say(format!(
        "{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{deep}}}}}}}"
    ));
    assert_eq!(hear().await["closed"], 4400);
    lives(&gateway, "a deep message").await;
}

#[tokio::test]
async fn fragments_aliases_and_lists_do_not_multiply() {
    let gateway = Gateway::open();
    // a list that is still being built is told so before its page is looked at
    gateway.state.services().projections.caught_up().await.unwrap();
    let mut doubling = String::from("{...f0}");
    for n in 0..28 {
        doubling += &format!(" fragment f{n} on Query {{...f{0} ...f{0}}}", n + 1);
    }
    doubling += " fragment f28 on Query {me{county}}";
    let aliases: String = (0..1_000).map(|n| format!("a{n}: me {{ county }} ")).collect();
    let inner: String = (0..3_999).map(|n| format!("a{n}:county ")).collect();
    let directives = "@include(if: true) ".repeat(500);
    let list = "nodes { id name pressure { done overdue nextDue } }";
    let lists: String = (0..100).map(|n| format!("a{n}: matters(first: 200) {{ {list} }} ")).collect();
    for (kind, document) in [
        ("fragments that double", doubling),
        ("a fragment in itself", "{...a} fragment a on Query {...b} fragment b on Query {...a}".into()),
        ("aliases at the root", format!("{{ {aliases} }}")),
        ("aliases below", format!("{{ me {{ {inner} county }} x: me {{ county }} }}")),
        ("directives", format!("{{ me {directives} {{ county }} }}")),
        ("lists of lists", format!("{{ overview {{ {lists} }} }}")),
        ("many operations", (0..300).map(|n| format!("query q{n} {{ me {{ county }} }} ")).collect()),
        (
            "many variables",
            format!(
                "query({}) {{ me {{ county }} }}",
                (0..300).map(|n| format!("$v{n}: Int ")).collect::<String>()
            ),
        ),
        ("a page beyond the largest", "{ overview { matters(first: 2000000000) { nodes { id } } } }".into()),
    ] {
        let answer = gateway.ask("lead", &document, Value::Null).await;
        assert!(matches!(code(&answer), "TOO_LARGE" | "BAD_USER_INPUT"), "{kind}: {answer}");
        assert!(!answer["errors"][0]["message"].as_str().unwrap().is_empty(), "{kind}");
    }
    // nor do errors: a thousand slips are told as the first few
    let slips: String = (0..1_000).map(|n| format!("slip{n} ")).collect();
    let answer = gateway.ask("lead", &format!("{{ me {{ {slips} }} }}"), Value::Null).await;
    assert_eq!(
        (answer["errors"].as_array().unwrap().len(), code(&answer)),
        (20, "GRAPHQL_VALIDATION_FAILED")
    );
    lives(&gateway, "bombs").await;
}

/// What the server makes of a text: the names of matters that hold it, or why it is none.
async fn as_literal(gateway: &Gateway, literal: &str) -> Value {
    let query = format!("{{ node(id: \"{literal}\") {{ id }} }}");
    gateway.ask("lead", &query, Value::Null).await
}

#[tokio::test]
async fn a_character_beyond_the_basic_plane_is_one_however_it_is_written() {
    let gateway = Gateway::open();
    let told = async |literal: &str| {
        let answer = as_literal(&gateway, literal).await;
        answer["errors"][0]["message"].as_str().unwrap_or_default().to_owned()
    };
    let raw = told("𠮷").await;
    assert!(raw.contains('𠮷'), "{raw}");
    for written in [r"\uD842\uDFB7", r"\ud842\udfb7", r"\u{20BB7}", r"\u{00020bb7}"] {
        assert_eq!(told(written).await, raw, "{written}");
    }
    let by_variable =
        gateway.ask("lead", "query($id: ID!) { node(id: $id) { id } }", json!({ "id": "𠮷" })).await;
    assert_eq!(by_variable["errors"][0]["message"], raw);
    let escaped = r#"{"query":"query($id: ID!) { node(id: $id) { id } }","variables":{"id":"\ud842\udfb7"}}"#;
    let (_, _, answer) = gateway.send(post("lead", BOTH, escaped)).await;
    assert_eq!(answer["errors"][0]["message"], raw);
}

#[tokio::test]
async fn what_is_no_text_is_refused_as_such() {
    let gateway = Gateway::open();
    for half in [r"\uD842", r"\uDFB7", r"\uDFB7\uD842", r"\uD842x", r"\u{D842}", r"\u{110000}", r"\u{}"] {
        let answer = as_literal(&gateway, half).await;
        assert_eq!(code(&answer), "GRAPHQL_PARSE_FAILED", "{half}: {answer}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("at byte"), "{half}: {answer}");
    }
    let bodies: [&[u8]; 5] = [
        b"{\"query\":\"{ me { county } }\xff\"}",
        b"{\"query\":\"{ me { county } }\xed\xa1\x82\"}",
        b"{\"query\":\"{ me { county } }\\ud842\"}",
        b"{\"query\":\"query($a: ID!) { node(id: $a) { id } }\",\"variables\":{\"a\":\"\\udfb7\"}}",
        b"\xff\xfe{\0\"\0q\0",
    ];
    for body in bodies {
        let (status, _, answer) = gateway.send(post("lead", BOTH, body.to_vec())).await;
        assert_eq!((status, code(&answer)), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"), "{body:?}");
    }
    for (document, expected) in [
        ("{ me { county } }\0", "GRAPHQL_PARSE_FAILED"),
        ("{ me { cou\0nty } }", "GRAPHQL_PARSE_FAILED"),
        ("{ node(id: \"a\0b\") { id } }", "BAD_USER_INPUT"),
        ("{ node(id: \"a\\u0000b\") { id } }", "BAD_USER_INPUT"),
        ("\u{feff}{ me { county } }", "none"),
    ] {
        let answer = gateway.ask("lead", document, Value::Null).await;
        let found = code(&answer);
        assert!(
            found == expected || (expected == "BAD_USER_INPUT" && found == "GRAPHQL_PARSE_FAILED"),
            "{document:?}: {answer}"
        );
    }
    let get =
        Request::get("/graphql?query=%7Bme%7Bcounty%7D%7D%FF").header("authorization", "Bearer dev:lead");
    let (status, _, answer) = gateway.send(get.header("accept", BOTH).body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    lives(&gateway, "what is no text").await;
}

#[tokio::test]
async fn a_mutation_by_any_way_that_a_form_of_another_page_could_take_is_none() {
    let gateway = Gateway::open();
    let query = "mutation { __typename }";
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let request = Request::builder().method(method).uri("/graphql?query=mutation%7B__typename%7D");
        let request = request.header("authorization", "Bearer dev:lead").body(Body::empty()).unwrap();
        assert_eq!(gateway.send(request).await.0, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    let multipart =
        format!("--x\r\ncontent-disposition: form-data; name=\"query\"\r\n\r\n{query}\r\n--x--\r\n");
    for (kind, body) in [
        ("application/x-www-form-urlencoded", "query=mutation%7B__typename%7D".to_owned()),
        ("multipart/form-data; boundary=x", multipart),
        ("text/plain", json!({ "query": query }).to_string()),
        ("text/plain;charset=utf-8", json!({ "query": query }).to_string()),
        ("application/graphql", query.to_owned()),
        ("application/json; charset=utf-16", json!({ "query": query }).to_string()),
        ("", json!({ "query": query }).to_string()),
    ] {
        let request =
            Request::post("/graphql").header("authorization", "Bearer dev:lead").header("content-type", kind);
        let (status, ..) = gateway.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind:?}");
    }
}
