//! Strangers in numbers: half-open connections, drops of bytes, bodies without end, readers that do not read, and ten
//! thousand who only listen. The process lives, its memory is bounded, and who asks well is answered meanwhile.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures::{SinkExt as _, StreamExt as _};
use om_tests::load::{planned, send};
use om_tests::server::{Api, PATIENCE, Server, prepare};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const MIB: u64 = 1024 * 1024;
/// What a connection that asks for nothing, or too slowly, may last.
const CLOSED_WITHIN: Duration = Duration::from_secs(30);

async fn served() -> (TempDir, Server) {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("data");
    prepare(&data);
    let server = Server::start(&data);
    server.ready().await;
    (scratch, server)
}

/// Asks until told to stop, each time with an answer; how often.
async fn good_client(api: Api, mut stop: tokio::sync::oneshot::Receiver<()>) -> u32 {
    let mut answered = 0;
    while stop.try_recv().is_err() {
        let asked = tokio::time::timeout(PATIENCE, api.ask("lead", "{ me { county } }", &json!({}))).await;
        assert_eq!(asked.unwrap()["me"]["county"], "530322");
        answered += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    answered
}

/// Sends the beginning, then a byte a second of what has no end; how long until the other side closed.
async fn dripping(address: SocketAddr, beginning: &'static str, drop: &'static [u8]) -> Duration {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let began = Instant::now();
    stream.write_all(beginning.as_bytes()).await.unwrap();
    let mut answer = [0; 1024];
    loop {
        tokio::select! {
            read = stream.read(&mut answer) => match read {
                Ok(0) | Err(_) => return began.elapsed(),
                Ok(_) => {}
            },
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                if !drop.is_empty() && stream.write_all(drop).await.is_err() {
                    return began.elapsed();
                }
            }
        }
        if began.elapsed() > 3 * CLOSED_WITHIN {
            return began.elapsed();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_a_thousand_half_open_connections_are_closed_and_good_clients_served() {
    let (_scratch, server) = served().await;
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let good = tokio::spawn(good_client(server.api(), stopped));
    let bearer = "authorization: Bearer dev:clerk\r\n";
    let graphql = "POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer dev:lead\r\n\
                   content-type: application/json\r\ncontent-length: 100000\r\n\r\n{\"query\":\"";
    let session = "POST /session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 8000\r\n\r\n{";
    let paper: &'static str = Box::leak(
        format!("POST /papers HTTP/1.1\r\nhost: x\r\n{bearer}content-length: 9000000\r\n\r\n%PDF-1.7")
            .into_boxed_str(),
    );
    let kinds: [(&'static str, &'static [u8]); 8] = [
        ("", b""),
        ("", b"x"),
        ("GET /graphql HTTP/1.1\r\nhost: x\r\nx-slow: ", b"a"),
        ("PRI * HTTP/2.0\r\n", b""),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b""),
        (graphql, b"a"),
        (session, b"a"),
        (paper, b"a"),
    ];
    let mut strangers = JoinSet::new();
    for n in 0..1_000_usize {
        let (beginning, drop) = kinds[n % kinds.len()];
        let address = server.address;
        // not all in one instant: what overflows the kernel's queue never reaches the server, and its client, if it says
        // nothing, never learns of it
        if n % 25 == 0 {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        strangers.spawn(async move { (n % 8, dripping(address, beginning, drop).await) });
    }
    let mut longest = [Duration::ZERO; 8];
    while let Some(lasted) = strangers.join_next().await {
        let (kind, lasted) = lasted.unwrap();
        longest[kind] = longest[kind].max(lasted);
    }
    stop.send(()).unwrap();
    let answered = good.await.unwrap();
    let resident = server.resident();
    println!(
        "closed after at most {longest:?}; {answered} good answers meanwhile; {} MiB resident",
        resident / MIB
    );
    assert!(longest.iter().all(|lasted| *lasted < CLOSED_WITHIN), "{longest:?}");
    assert!(answered > 20, "{answered} answers while strangers dripped");
    assert!(resident < 300 * MIB, "{} MiB", resident / MIB);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_bodies_of_64_mib_are_not_kept_in_memory() {
    let (_scratch, server) = served().await;
    let before = server.resident();
    let mut senders = JoinSet::new();
    for n in 0..24 {
        let address = server.address;
        senders.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let length = if n % 2 == 0 { "content-length: 67108864" } else { "transfer-encoding: chunked" };
            let (path, kind) = if n % 3 == 0 { ("/session", "application/json") } else { ("/graphql", "application/json") };
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer dev:lead\r\ncontent-type: {kind}\r\n{length}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let piece = format!("10000\r\n{}\r\n", " ".repeat(65_536));
            let piece = if n % 2 == 0 { " ".repeat(65_536) } else { piece };
            let (mut reader, mut writer) = stream.split();
            let sending = async {
                for _ in 0..1_024 {
                    if writer.write_all(piece.as_bytes()).await.is_err() {
                        break;
                    }
                }
            };
            let mut answer = Vec::new();
            let reading = tokio::time::timeout(PATIENCE, reader.read_to_end(&mut answer));
            let (_, read) = futures::join!(sending, reading);
            assert!(read.is_ok(), "neither answered nor closed");
            // whoever goes on sending may lose the answer with the connection
            let answer = String::from_utf8_lossy(&answer).into_owned();
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        });
    }
    let mut most = 0;
    while let Some(sent) = senders.join_next().await {
        sent.unwrap();
        most = most.max(server.resident());
    }
    println!("{} MiB before, at most {} MiB with 24 bodies of 64 MiB", before / MIB, most / MIB);
    assert!(most < before + 128 * MIB, "{} MiB, {} before", most / MIB, before / MIB);
    server.api().ask("lead", "{ me { county } }", &json!({})).await;
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A connection that is acknowledged.
async fn connected(address: SocketAddr) -> Socket {
    let mut request = format!("ws://{address}/graphql/ws").into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    headers.insert("authorization", "Bearer dev:lead".parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    say(&mut socket, json!({ "type": "connection_init" })).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    socket
}

async fn say(socket: &mut Socket, message: Value) {
    socket.send(Message::Text(message.to_string().into())).await.unwrap();
}

async fn hear(socket: &mut Socket) -> Value {
    let said = async {
        loop {
            // pings come for as long as one waits
            if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
                return serde_json::from_str(text.as_str()).unwrap();
            }
        }
    };
    tokio::time::timeout(PATIENCE, said).await.unwrap()
}

fn subscribe(id: usize, query: &str) -> Value {
    json!({ "type": "subscribe", "id": id.to_string(), "payload": { "query": query } })
}

/// Connects, asks again and again for more than the system's buffers hold, and reads nothing.
async fn deaf(address: SocketAddr, dear: &str) -> Socket {
    let mut socket = connected(address).await;
    for id in 0..30 {
        // the server need not take what it cannot answer
        let asked = socket.send(Message::Text(subscribe(id, dear).to_string().into()));
        if tokio::time::timeout(Duration::from_secs(1), asked).await.is_err() {
            break;
        }
    }
    socket
}

async fn connections(server: &Server) -> u32 {
    let figures =
        reqwest::get(format!("http://{}/metrics", server.address)).await.unwrap().text().await.unwrap();
    let line = figures.lines().find(|line| line.starts_with("onematter_websocket_connections ")).unwrap();
    line.split(' ').next_back().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_readers_are_cut_off_and_others_keep_pace() {
    const DEAF: u32 = 8;
    let (_scratch, server) = served().await;
    let api = server.api();
    let before = server.resident();
    let mut pace = connected(server.address).await;
    let years: String = (0..12)
        .map(|n| format!("a{n}: calendar(from: \"2023-01-01\", to: \"2023-12-31\") {{ days {{ date kind name }} notices {{ number off {{ date }} }} }} "))
        .collect();
    let dear = format!("{{ {years} }}");
    let mut sockets = Vec::new();
    for _ in 0..DEAF {
        sockets.push(deaf(server.address, &dear).await);
    }
    assert_eq!(connections(&server).await, DEAF + 1);
    let (mut asked, mut matter, mut largest, began) = (0, None::<String>, 0, Instant::now());
    while connections(&server).await > 1 {
        assert!(began.elapsed() < 3 * PATIENCE, "deaf readers are kept\n{}", server.said());
        let done = send(&api, &planned(7, 0, asked, matter.as_deref())).await.unwrap().unwrap();
        if matter.as_ref() != Some(&done.matter) {
            let id = &done.matter;
            let entries = format!(
                "subscription {{ matterChanged(id: \"{id}\") {{ ... on MatterChanged {{ revision }} }} }}"
            );
            say(&mut pace, subscribe(usize::try_from(asked).unwrap(), &entries)).await;
            matter = Some(done.matter);
        }
        for _ in done.events {
            assert_eq!(hear(&mut pace).await["type"], "next");
        }
        asked += 1;
        largest = largest.max(server.resident());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!(
        "cut off after {:?}; {asked} heard meanwhile; {} MiB before, at most {} MiB",
        began.elapsed(),
        before / MIB,
        largest / MIB
    );
    assert!(asked > 1, "nothing was asked while they were there");
    assert!(largest < before + 150 * MIB, "{} MiB, {} before", largest / MIB, before / MIB);
    say(&mut pace, json!({ "type": "ping" })).await;
    hear(&mut pace).await;
}

/// Each is looked at every three seconds whether it still may. An operation that is not driven while its session is about something
/// else must hold nothing that others, or the session itself, wait for: else the server stands still after a few commands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_a_thousand_who_follow_one_matter_hold_up_nobody() {
    let (_scratch, server) = served().await;
    let api = server.api();
    let (mut matter, mut told) = (None, 0);
    for n in 0..6 {
        let done = send(&api, &planned(7, 0, n, matter.as_deref())).await.unwrap().unwrap();
        (matter, told) = (Some(done.matter), told + done.events.len());
    }
    let matter = matter.unwrap();
    let entries = format!(
        "subscription {{ matterChanged(id: \"{matter}\") {{ ... on MatterChanged {{ revision }} }} }}"
    );
    let mut following = Vec::new();
    for _ in 0..1_000 {
        let mut socket = connected(server.address).await;
        say(&mut socket, subscribe(0, &entries)).await;
        following.push(socket);
    }
    for n in 6..24 {
        told += send(&api, &planned(7, 0, n, Some(&matter))).await.unwrap().unwrap().events.len();
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    for socket in &mut following {
        for _ in 0..told {
            assert_eq!(hear(socket).await["type"], "next");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_ten_thousand_who_only_listen_take_less_than_300_mib() {
    let (_scratch, server) = served().await;
    let before = server.resident();
    let mut listening = Vec::with_capacity(10_000);
    let subscription = "subscription { overviewChanged { position } }";
    for _ in 0..100 {
        let mut connecting = JoinSet::new();
        for _ in 0..100 {
            let address = server.address;
            connecting.spawn(async move {
                let mut socket = connected(address).await;
                say(&mut socket, subscribe(1, subscription)).await;
                assert_eq!(hear(&mut socket).await["type"], "next");
                socket
            });
        }
        while let Some(socket) = connecting.join_next().await {
            listening.push(socket.unwrap());
        }
    }
    let resident = server.resident();
    println!("{} MiB before, {} MiB with {} subscribers", before / MIB, resident / MIB, listening.len());
    assert_eq!(listening.len(), 10_000);
    assert!(resident < 300 * MIB, "{} MiB with ten thousand subscribers", resident / MIB);
    let figures =
        reqwest::get(format!("http://{}/metrics", server.address)).await.unwrap().text().await.unwrap();
    assert!(figures.contains("onematter_websocket_connections 10000"), "{figures}");
    // all of them are told, and are still there
    send(&server.api(), &planned(9, 0, 0, None)).await.unwrap().unwrap();
    for socket in listening.iter_mut().step_by(997) {
        assert_eq!(hear(socket).await["type"], "next");
    }
}
