//! A real socket: served, drained, and closed.

use crate::support::Gateway;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::timeout,
};

#[tokio::test]
async fn what_was_begun_is_answered_and_nothing_new_is_taken() {
    let gateway = Gateway::open();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let state = gateway.state.clone();
    let server = tokio::spawn(om_gateway::serve::serve(listener, state, async {
        let _ = stopped.await;
    }));
    let mut client = TcpStream::connect(address).await.unwrap();
    let body = r#"{"query":"{ me { county } }"}"#;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer dev:lead\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes()).await.unwrap();
    // The request is under way when shutdown is asked for.
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    client.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(Duration::from_secs(30), client.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("530322"), "{answer}");
    timeout(Duration::from_secs(30), server).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
