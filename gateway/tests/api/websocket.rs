//! graphql-transport-ws without a socket: messages in, messages out, close codes.

use crate::support::Gateway;
use axum::extract::ws::Message;
use futures::{StreamExt, channel::mpsc};
use om_gateway::{
    context::Presented,
    ws::{
        message::Closing,
        session::{self, Patience},
    },
};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

struct Client {
    to_server: mpsc::UnboundedSender<Result<Message, Option<Closing>>>,
    from_server: mpsc::UnboundedReceiver<Message>,
    gateway: Gateway,
}

impl Client {
    fn connect() -> Self {
        Self::patient(Patience::default())
    }

    fn patient(patience: Patience) -> Self {
        Self::over(Gateway::open(), None, patience)
    }

    /// A connection whose upgrade carried this user's `Authorization` header.
    async fn by_header(user: &str) -> Self {
        let gateway = Gateway::open();
        let presented = Presented::Authorization(format!("Bearer dev:{user}"));
        let requester = gateway.state.requester(Some(&presented)).await.unwrap();
        Self::over(gateway, Some((presented, requester)), Patience::default())
    }

    fn over(gateway: Gateway, by_header: Option<session::Known>, patience: Patience) -> Self {
        let (to_server, receiver) = mpsc::unbounded();
        let (sender, from_server) = mpsc::unbounded();
        tokio::spawn(session::run(gateway.state.clone(), by_header, receiver, sender, patience));
        Client { to_server, from_server, gateway }
    }

    async fn signed_in() -> Self {
        Self::connect().sign_in().await
    }

    async fn sign_in(self) -> Self {
        let mut client = self;
        client.say(json!({ "type": "connection_init", "payload": { "authorization": "Bearer dev:lead" } }));
        assert_eq!(client.hear().await["type"], "connection_ack");
        client
    }

    fn say(&self, message: Value) {
        self.to_server.unbounded_send(Ok(Message::Text(message.to_string().into()))).unwrap();
    }

    fn subscribe(&self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } }));
    }

    async fn next(&mut self) -> Message {
        tokio::time::timeout(Duration::from_secs(120), self.from_server.next()).await.unwrap().unwrap()
    }

    async fn hear(&mut self) -> Value {
        loop {
            match self.next().await {
                Message::Text(text) => return serde_json::from_str(text.as_str()).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn closed(&mut self) -> u16 {
        self.closed_for().await.0
    }

    async fn closed_for(&mut self) -> (u16, String) {
        loop {
            match self.next().await {
                Message::Close(Some(frame)) => return (frame.code, frame.reason.to_string()),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_query_is_answered_and_completed() {
    let mut client = Client::signed_in().await;
    client.subscribe("1", "{ me { county } }");
    let next = client.hear().await;
    assert_eq!((&next["type"], &next["payload"]["data"]["me"]["county"]), (&json!("next"), &json!("530322")));
    assert_eq!(client.hear().await, json!({ "type": "complete", "id": "1" }));
    client.say(json!({ "type": "ping" }));
    assert_eq!(client.hear().await["type"], "pong");
}

#[tokio::test]
async fn brackets_by_the_thousand_end_one_operation_and_nothing_else() {
    let mut client = Client::signed_in().await;
    client.subscribe("1", &"[".repeat(5_000));
    let error = client.hear().await;
    assert_eq!(
        (&error["type"], &error["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("TOO_LARGE"))
    );
    for faulty in ["{ nothing }", "mutation { __typename }", "{"] {
        client.subscribe("2", faulty);
        assert_eq!(client.hear().await["type"], "error", "{faulty}");
    }
    client.subscribe("1", "{ me { county } }");
    assert_eq!(client.hear().await["type"], "next");
}

#[tokio::test]
async fn each_breach_of_the_protocol_has_its_code() {
    let mut client = Client::connect();
    client.subscribe("1", "{ me { county } }");
    assert_eq!(client.closed().await, 4401);

    let mut client = Client::connect();
    client.say(json!({ "type": "connection_init", "payload": { "authorization": "Bearer dev:nobody" } }));
    assert_eq!(client.closed().await, 4401);

    let mut client = Client::signed_in().await;
    client.say(json!({ "type": "connection_init" }));
    assert_eq!(client.closed().await, 4429);

    let mut client = Client::signed_in().await;
    client.to_server.unbounded_send(Ok(Message::Text("{".into()))).unwrap();
    assert_eq!(client.closed().await, 4400);

    let mut client = Client::signed_in().await;
    client.to_server.unbounded_send(Ok(Message::Binary(vec![1].into()))).unwrap();
    assert_eq!(client.closed().await, 4400);
}

#[tokio::test]
async fn who_says_nothing_is_not_waited_for() {
    let short = Duration::from_millis(300);
    let mut client = Client::patient(Patience { init: short, ..Patience::default() });
    assert_eq!(client.closed().await, 4408);
    let mut client = Client::patient(Patience { silence: short, ..Patience::default() }).sign_in().await;
    assert_eq!(client.closed().await, 1013);
}

#[tokio::test]
async fn a_server_that_drains_says_so() {
    let mut client = Client::signed_in().await;
    client.gateway.state.shutdown().cancel();
    assert_eq!(client.closed().await, 1001);
}

#[tokio::test]
async fn the_header_of_the_upgrade_is_enough_and_two_persons_are_too_many() {
    let me = "{ me { officer } }";
    let mut client = Client::by_header("auditor").await;
    client.say(json!({ "type": "connection_init" }));
    assert_eq!(client.hear().await["type"], "connection_ack");
    client.subscribe("1", me);
    assert_eq!(client.hear().await["payload"]["data"]["me"]["officer"], "officer:auditor");

    // The same person twice is one person.
    let mut client = Client::by_header("lead").await.sign_in().await;
    client.subscribe("1", me);
    assert_eq!(client.hear().await["payload"]["data"]["me"]["officer"], "officer:lead");

    let mut client = Client::by_header("auditor").await;
    client.say(json!({ "type": "connection_init", "payload": { "authorization": "Bearer dev:lead" } }));
    let (code, reason) = client.closed_for().await;
    assert_eq!(code, 4403);
    assert!(reason.contains("different persons"), "{reason}");

    // A header does not stand in for an init that is wrong, nor for none.
    let mut client = Client::by_header("lead").await;
    client.say(json!({ "type": "connection_init", "payload": { "authorization": "Bearer dev:nobody" } }));
    assert_eq!(client.closed().await, 4401);
    let mut client = Client::by_header("lead").await;
    client.subscribe("1", me);
    assert_eq!(client.closed().await, 4401);
}

/// The status line of an upgrade with these headers.
async fn upgrade(address: SocketAddr, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /graphql/ws HTTP/1.1\r\nhost: {address}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         sec-websocket-protocol: graphql-transport-ws\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[9..]).into_owned()
}

#[tokio::test]
async fn a_page_of_another_origin_gets_no_websocket() {
    let gateway = Gateway::of(&["https://permits.example.gov.cn"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(om_gateway::serve::serve(listener, gateway.state.clone(), std::future::pending()));
    for (headers, status) in [
        (String::new(), "101"),
        (format!("origin: http://{address}\r\n"), "101"),
        ("origin: https://permits.example.gov.cn\r\n".into(), "101"),
        ("origin: https://evil.example\r\n".into(), "403"),
        (format!("origin: http://{address}.evil.example\r\n"), "403"),
        ("origin: null\r\n".into(), "403"),
        ("origin: https://evil.example\r\nauthorization: Bearer dev:lead\r\n".into(), "403"),
        ("authorization: Bearer dev:lead\r\n".into(), "101"),
        ("authorization: Bearer dev:nobody\r\n".into(), "401"),
    ] {
        assert_eq!(upgrade(address, &headers).await, status, "{headers}");
    }
}
