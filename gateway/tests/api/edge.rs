//! The HTTP edge: what is refused, with which status, and that the process stays alive.

use crate::support::{BOTH, Gateway};
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use om_gateway::app::figures;
use serde_json::{Value, json};
use tower::ServiceExt as _;

async fn send(request: Request<Body>) -> (StatusCode, HeaderMap, Value) {
    Gateway::open().send(request).await
}

fn post(accept: &str, body: impl Into<Body>) -> Request<Body> {
    crate::support::post("lead", accept, body)
}

fn ask(query: &str) -> Request<Body> {
    post(BOTH, json!({ "query": query }).to_string())
}

fn get(query: &str) -> Request<Body> {
    Request::get(format!("/graphql?query={query}"))
        .header("authorization", "Bearer dev:lead")
        .header("accept", BOTH)
        .body(Body::empty())
        .unwrap()
}

fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
}

#[tokio::test]
async fn a_query_is_answered_by_post_and_by_get() {
    let (status, headers, body) = send(ask("{ me { officer county roles } }")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "application/graphql-response+json; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(body["data"]["me"]["officer"], "officer:lead");
    let (status, _, body) = send(get("%7Bme%7Bcounty%7D%7D")).await;
    assert_eq!((status, &body["data"]["me"]["county"]), (StatusCode::OK, &json!("530322")));
}

#[tokio::test]
async fn who_is_not_known_is_not_answered() {
    for bearer in ["Bearer dev:nobody", "Basic dev:lead", "Bearer lead"] {
        let request = Request::post("/graphql")
            .header("authorization", bearer)
            .header("content-type", "application/json")
            .body(Body::from(r#"{"query":"{__typename}"}"#))
            .unwrap();
        let (status, headers, body) = send(request).await;
        assert_eq!((status, code(&body)), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
        assert_eq!(headers["www-authenticate"], "Bearer");
    }
    let request = Request::post("/graphql").body(Body::empty()).unwrap();
    assert_eq!(send(request).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn brackets_by_the_thousand_are_refused_and_the_process_lives() {
    for open in ["[", "{", "(", "{a(b:["] {
        let document = format!("{{ me(a: {} ", open.repeat(8_000));
        let (status, _, body) = send(ask(&document)).await;
        assert_eq!((status, code(&body)), (StatusCode::BAD_REQUEST, "TOO_LARGE"), "{open}");
    }
    let (status, _, body) = send(ask(&format!("{{ a{} }}", " ".repeat(70_000)))).await;
    assert_eq!((status, code(&body)), (StatusCode::BAD_REQUEST, "TOO_LARGE"));
    let deep = format!("{{\"query\":\"{{me{{county}}}}\",\"variables\":{{\"a\":{}", "[".repeat(9_000));
    assert_eq!(send(post(BOTH, deep)).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(send(ask("{ me { county } }")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn fragments_that_multiply_and_floods_of_aliases_are_refused() {
    let mut bomb = String::from("{...f0}");
    for n in 0..28 {
        bomb += &format!(" fragment f{n} on Query {{...f{0} ...f{0}}}", n + 1);
    }
    bomb += " fragment f28 on Query {me{county}}";
    let (status, _, body) = send(ask(&bomb)).await;
    assert_eq!((status, code(&body)), (StatusCode::BAD_REQUEST, "TOO_LARGE"));
    let aliases: String = (0..100).map(|n| format!("a{n}: me {{ county }} ")).collect();
    assert_eq!(code(&send(ask(&format!("{{{aliases}}}"))).await.2), "TOO_LARGE");
    let (_, _, body) = send(ask("{...a} fragment a on Query {...a}")).await;
    assert_eq!(code(&body), "TOO_LARGE");
}

#[tokio::test]
async fn a_mutation_comes_as_json_by_post_or_not_at_all() {
    let (status, headers, body) = send(get("mutation%7B__typename%7D")).await;
    assert_eq!((status, code(&body)), (StatusCode::METHOD_NOT_ALLOWED, "BAD_USER_INPUT"));
    assert_eq!(headers["allow"], "POST");
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
    ] {
        let mut request = ask("mutation { __typename }");
        request.headers_mut().insert("content-type", kind.parse().unwrap());
        assert_eq!(send(request).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    let mut request = ask("{ me { county } }");
    *request.method_mut() = axum::http::Method::PUT;
    assert_eq!(send(request).await.0, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_page_of_another_origin_is_not_answered() {
    for (origin, host, expected) in [
        ("http://127.0.0.1:8080", "127.0.0.1:8080", StatusCode::OK),
        ("http://localhost:8080", "localhost:8080", StatusCode::OK),
        ("https://evil.example", "127.0.0.1:8080", StatusCode::FORBIDDEN),
        ("null", "127.0.0.1:8080", StatusCode::FORBIDDEN),
        // Its name was turned to this machine: the same origin to a browser, and no page of ours.
        ("http://evil.example:8080", "evil.example:8080", StatusCode::FORBIDDEN),
    ] {
        for document in ["mutation { __typename }", "{ me { county } }"] {
            let mut request = ask(document);
            request.headers_mut().insert("origin", origin.parse().unwrap());
            request.headers_mut().insert("host", host.parse().unwrap());
            let (status, _, body) = send(request).await;
            assert_eq!(status, expected, "{origin}: {body}");
            if status == StatusCode::FORBIDDEN {
                assert_eq!(code(&body), "FORBIDDEN");
            }
        }
    }
}

#[tokio::test]
async fn batches_and_large_bodies_are_refused() {
    let (status, _, body) = send(post(BOTH, r#"[{"query":"{me{county}}"}]"#)).await;
    assert_eq!((status, code(&body)), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
    let large = json!({ "query": "{me{county}}", "extensions": { "x": "x".repeat(1_100_000) } });
    assert_eq!(send(post(BOTH, large.to_string())).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_status_of_a_faulty_document_follows_the_type_of_the_answer() {
    for faulty in ["{", "{ nothing }", "query($id: ID!) { me { county } }"] {
        let (status, headers, body) = send(ask(faulty)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{faulty}");
        assert_eq!(headers["content-type"], "application/graphql-response+json; charset=utf-8");
        assert!(body.get("data").is_none() && body["errors"][0]["extensions"]["traceId"].is_string());
        let plain = post("application/json", json!({ "query": faulty }).to_string());
        assert_eq!(send(plain).await.0, StatusCode::OK, "{faulty}");
    }
    let two = json!({ "query": "query A { me { county } } query B { me { body } }", "operationName": "B" });
    assert_eq!(send(post(BOTH, two.to_string())).await.2["data"]["me"]["body"], "body:county-government");
    let mut request = ask("{ me { county } }");
    request.headers_mut().insert("accept", "text/html".parse().unwrap());
    assert_eq!(send(request).await.0, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn a_subscription_is_sent_to_the_websocket() {
    assert_eq!(send(ask("subscription { __typename }")).await.0, StatusCode::BAD_REQUEST);
    let request = Request::get("/graphql/ws").body(Body::empty()).unwrap();
    assert_eq!(send(request).await.0, StatusCode::UPGRADE_REQUIRED);
}

#[tokio::test]
async fn health_is_open_and_says_little() {
    let gateway = Gateway::open();
    gateway.state.services().projections.caught_up().await.unwrap();
    for path in ["/livez", "/readyz", "/metrics"] {
        let (status, _, body) = gateway.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
    }
    // why the disk takes nothing names a place; that is for who watches, at an address of their own
    std::fs::create_dir(gateway.state.services().data.join(".space-probe")).unwrap();
    let (_, _, body) = gateway.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
    assert_eq!(body["disk"], json!({ "state": "failing" }));
    let apart = figures(gateway.state.clone()).oneshot(Request::get("/readyz").body(Body::empty()).unwrap());
    let body = to_bytes(apart.await.unwrap().into_body(), usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert!(body["disk"]["reason"].is_string(), "{body}");
    gateway.state.shutdown().cancel();
    let (status, ..) = gateway.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}
