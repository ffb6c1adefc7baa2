//! The cheapest client of GraphQL over HTTP: one question in bytes, sent again and again on kept connections.
//!
//! Invariant: every answer is read whole, has status 200 and says no error.
//! Deliberately absent: everything else of HTTP. The client shares the processors with what is measured.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Outcome;

/// A question as it goes over the wire.
#[derive(Clone)]
pub(super) struct Question(Arc<[u8]>);

impl Question {
    /// Of whoever this bearer is: `dev:` and a name in development, else a token.
    pub(super) fn new(address: SocketAddr, bearer: &str, query: &str, variables: &Value) -> Self {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {bearer}\r\n\
             content-type: application/json\r\naccept: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Self((head + &body).into_bytes().into())
    }
}

/// A kept connection.
pub(super) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(64 << 10) })
    }

    /// The body of the answer.
    pub(super) async fn ask(&mut self, question: &Question) -> Outcome<&[u8]> {
        self.stream.write_all(&question.0).await?;
        self.read.clear();
        let (body, length) = loop {
            if let Some(found) = head(&self.read)? {
                break found;
            }
            self.more().await?;
        };
        while self.read.len() < body + length {
            self.more().await?;
        }
        Ok(&self.read[body..body + length])
    }

    async fn more(&mut self) -> Outcome {
        match self.stream.read_buf(&mut self.read).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }
}

/// Where the body begins and how long it is, once the head is there.
fn head(read: &[u8]) -> Outcome<Option<(usize, usize)>> {
    let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = str::from_utf8(&read[..end])?;
    if !text.starts_with("HTTP/1.1 200") {
        return Err(format!("the server answered {text}").into());
    }
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse())
    });
    Ok(Some((end + 4, length.ok_or("an answer without its length")??)))
}

/// One answer, on a connection of its own.
pub(super) async fn answer(address: SocketAddr, question: &Question) -> Outcome<Vec<u8>> {
    Ok(Connection::open(address).await?.ask(question).await?.to_vec())
}

/// Asks a question on so many connections at once, so often in all; how long each answer took.
pub(super) async fn ask_often(
    address: SocketAddr,
    question: &Question,
    connections: usize,
    often: usize,
) -> Outcome<Vec<Duration>> {
    let left = Arc::new(AtomicUsize::new(often));
    let asking: Vec<_> = (0..connections)
        .map(|_| {
            let (question, left) = (question.clone(), Arc::clone(&left));
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut taken = Vec::new();
                let one_less = |left: usize| left.checked_sub(1);
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok() {
                    let started = Instant::now();
                    let answer = connection.ask(&question).await?;
                    taken.push(started.elapsed());
                    if answer.starts_with(b"{\"errors\"") {
                        return Err(String::from_utf8_lossy(answer).into());
                    }
                }
                Outcome::Ok(taken)
            })
        })
        .collect();
    let mut taken = Vec::with_capacity(often);
    for connection in asking {
        taken.extend(connection.await??);
    }
    Ok(taken)
}
