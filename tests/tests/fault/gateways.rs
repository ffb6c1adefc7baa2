//! Three gateways on one node: what one has acknowledged all show, whoever is killed; time and policies act once.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use om_domain::calendar::beijing;
use om_infra::clock::{Clock as _, SystemClock};
use om_infra::log::{EventLog, KurrentLog};
use om_tests::house::{Case, House, STORY};
use om_tests::load::{INTENTS, Intent, RECEIPTS, Receipt, listed, planned, send, verify};
use om_tests::node::{NodeHome, free_address};
use om_tests::postgres::Postgres;
use om_tests::server::{Api, PATIENCE, Server, command, prepare, text};
use om_tests::subscriber::{Heard, follow};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};

const GATEWAYS: usize = 3;

/// The node as a process, which can be killed.
struct Node {
    child: Child,
    address: SocketAddr,
}

impl Node {
    fn start(data: &Path, address: SocketAddr) -> Self {
        let listen = address.to_string();
        let mut command = command(["node", "--data", text(data), "--listen", &listen, "--insecure"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begun = std::time::Instant::now();
        while std::net::TcpStream::connect(address).is_err() {
            assert!(begun.elapsed() < PATIENCE, "the node does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { child, address }
    }

    fn kill(mut self) -> SocketAddr {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.address
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serving(data: &Path, node: SocketAddr) -> Command {
    let log = format!("esdb://{node}?tls=false");
    command(["serve", "--dev", "--data", text(data), "--listen", "127.0.0.1:0", "--log", &log])
}

fn gateway(data: &Path, node: SocketAddr, vault: &str) -> Server {
    // one master key for all: they share the vault
    let key = data.with_file_name("vault.key");
    om_infra::vault::MasterKey::of(data.parent().unwrap(), None).unwrap();
    let mut command = serving(data, node);
    command.env("ONEMATTER_VAULT", vault).env("ONEMATTER_VAULT_KEY", key);
    Server::start_by(command)
}

fn at(address: SocketAddr) -> Api {
    Api::at(&format!("http://{address}"))
}

/// Sends commands to whichever server is at hand, each again until it is answered, until it is told that it is enough;
/// writes down what was sent and what was acknowledged. How often it had to send one again.
async fn work(
    servers: watch::Receiver<SocketAddr>,
    seed: u64,
    enough: watch::Receiver<bool>,
    dir: std::path::PathBuf,
) -> u64 {
    let (mut intents, mut receipts, mut again) = (Vec::<Intent>::new(), Vec::<Receipt>::new(), 0);
    let mut matter = None;
    for n in 0.. {
        if *enough.borrow() {
            break;
        }
        let intent = planned(seed, 0, n, matter.as_deref());
        let begun = std::time::Instant::now();
        let receipt = loop {
            let server = *servers.borrow();
            match send(&at(server), &intent).await {
                Ok(Ok(receipt)) => break receipt,
                Ok(Err(answer)) => {
                    let code = &answer["errors"][0]["extensions"];
                    assert_eq!(code["retryable"], true, "{} is not to be sent again: {answer}", intent.name);
                }
                Err(_gone) => {}
            }
            again += 1;
            assert!(begun.elapsed() < PATIENCE, "{} of {seed} is not answered", intent.name);
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        matter = Some(receipt.matter.clone());
        intents.push(intent);
        // a command that was sent again is the same command: its first receipt
        receipts.push(Receipt { repeated: false, ..receipt });
    }
    std::fs::create_dir(&dir).unwrap();
    let lines = |values: Vec<Value>| values.iter().map(|value| format!("{value}\n")).collect::<String>();
    std::fs::write(dir.join(INTENTS), lines(intents.iter().map(|i| json!(i)).collect())).unwrap();
    std::fs::write(dir.join(RECEIPTS), lines(receipts.iter().map(|r| json!(r)).collect())).unwrap();
    again
}

async fn proposes(server: &Server, seed: u64) -> Receipt {
    send(&server.api(), &planned(seed, 0, 0, None)).await.unwrap().unwrap()
}

const MATTER: &str = "query($id: ID!) { matter(id: $id) { id } }";
const SEEN: &str = "query($seen: String) { overview(seen: $seen) { matters(first: 200) { nodes { id } } } }";

/// What is written through one is read through the others, by its position; a foreign position is told apart.
async fn reads_across(servers: &[Server]) {
    let receipt = proposes(&servers[0], 90).await;
    let seen = servers[1].api().ask("lead", MATTER, &json!({ "id": receipt.matter })).await;
    assert_eq!(seen["matter"]["id"], receipt.matter);
    let list = servers[2].api().ask("lead", SEEN, &json!({ "seen": receipt.position })).await;
    let nodes = list["overview"]["matters"]["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|node| node["id"] == receipt.matter), "{list}");
    let foreign = json!({ "seen": "0123456789ab-1" });
    let answer = servers[2].api().try_ask("lead", SEEN, &foreign).await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "RESYNC", "{answer}");

    // personal text is in one vault
    let put = "mutation($input: PutTextInput!) { putText(input: $input) { ref } }";
    let input =
        json!({ "input": { "commandId": uuid::Uuid::new_v4(), "class": "NOTE", "text": "电话 138…" } });
    let first = servers[0].api().ask("clerk", put, &input).await;
    assert_eq!(servers[1].api().ask("clerk", put, &input).await, first);
}

/// While the node is away lists are answered, and a command is refused in a way that says to send it again.
async fn without_the_node(server: &Server, matter: &str) {
    assert!(listed(&server.api()).await.contains(matter));
    let intent = planned(91, 0, 0, None);
    let answer = send(&server.api(), &intent).await.unwrap().unwrap_err();
    assert_eq!(answer["errors"][0]["extensions"]["retryable"], true, "{answer}");
    let begun = std::time::Instant::now();
    while reqwest::get(format!("http://{}/readyz", server.address)).await.unwrap().status() != 503 {
        assert!(begun.elapsed() < PATIENCE, "a gateway without its log calls itself ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_three_gateways_on_one_node_lose_and_double_nothing_whoever_is_killed() {
    let (scratch, database) = (TempDir::new().unwrap(), Postgres::start());
    let (data, vault) = (scratch.path().join("node"), database.address());
    prepare(&data);
    let port = free_address();
    let mut node = Node::start(&data, port);
    let home = |n: usize| scratch.path().join(format!("gateway-{n}"));
    let mut servers: Vec<Server> = (0..GATEWAYS).map(|n| gateway(&home(n), port, &vault)).collect();
    for server in &servers {
        server.ready().await;
    }
    reads_across(&servers).await;

    let followed = proposes(&servers[0], 92).await;
    let channels: Vec<_> = servers.iter().map(|server| watch::channel(server.address)).collect();
    let mut followers = Vec::new();
    for (_, address) in &channels {
        let (hear, heard) = mpsc::unbounded_channel();
        tokio::spawn(follow(address.clone(), followed.matter.clone(), hear));
        followers.push(heard);
    }
    let dirs: Vec<_> = (0..GATEWAYS).map(|n| scratch.path().join(format!("clients-{n}"))).collect();
    let (enough, told) = watch::channel(false);
    let workers: Vec<_> = channels
        .iter()
        .zip(&dirs)
        .zip(1..)
        .map(|(((_, address), dir), seed)| {
            tokio::spawn(work(address.clone(), seed, told.clone(), dir.clone()))
        })
        .collect();

    tokio::time::sleep(Duration::from_secs(1)).await;
    // a gateway is killed and comes back with nothing of its own
    servers.remove(1).kill();
    std::fs::remove_dir_all(home(1)).unwrap();
    servers.insert(1, gateway(&home(1), port, &vault));
    channels[1].0.send(servers[1].address).unwrap();
    servers[1].ready().await;
    // the node is killed
    let address = node.kill();
    without_the_node(&servers[2], &followed.matter).await;
    node = Node::start(&data, address);
    for server in &servers {
        server.ready().await;
    }
    enough.send(true).unwrap();
    let mut again = 0;
    for worker in workers {
        again += worker.await.unwrap();
    }
    assert!(again > 0, "nobody noticed that anything was killed");

    // the followed matter goes on, through each gateway in turn; each subscriber hears all of it, once
    let mut facts = followed.events.clone();
    for n in 1..13 {
        let server = &servers[usize::try_from(n).unwrap() % GATEWAYS];
        facts.extend(
            send(&server.api(), &planned(92, 0, n, Some(&followed.matter))).await.unwrap().unwrap().events,
        );
    }
    for (n, heard) in followers.iter_mut().enumerate() {
        channels[n].0.send(servers[n].address).unwrap();
        let mut entries = Vec::new();
        while entries.len() < facts.len() {
            if let Heard::Entry { revision, id } =
                tokio::time::timeout(PATIENCE, heard.recv()).await.unwrap().unwrap()
            {
                entries.push((revision, id));
            }
        }
        assert_eq!(entries, (0..).zip(facts.clone()).collect::<Vec<_>>(), "gateway {n}");
    }

    let mut matters = BTreeSet::from([followed.matter]);
    for (n, dir) in dirs.iter().enumerate() {
        // asked of another gateway than it was told
        let tally = verify(&servers[(n + 1) % GATEWAYS].api(), dir).await;
        println!("gateway {n}: {tally:?}");
        assert_eq!((tally.lost, tally.doubled), (0, 0), "{tally:?}");
        matters.extend(om_tests::load::lines::<Receipt>(&dir.join(RECEIPTS)).into_iter().map(|r| r.matter));
    }
    for server in &servers {
        let api = server.api();
        let begun = std::time::Instant::now();
        while !matters.is_subset(&listed(&api).await) {
            assert!(begun.elapsed() < PATIENCE, "a gateway's list does not catch up");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    for server in servers {
        let (status, _) = server.terminate(Duration::from_secs(20));
        assert!(status.success());
    }
    drop(node);
}

/// A command that happened on a day of the past.
fn backdated(n: u128, user: &str, name: &str, matter: Option<&str>, day: &str, input: Value) -> Intent {
    let mut input = input;
    let id = uuid::Uuid::from_u128(n);
    input["commandId"] = json!(id);
    input["effective"] = json!({ "on": day });
    if let Some(matter) = matter {
        input["matter"] = json!(matter);
    }
    Intent { id, user: user.into(), name: name.into(), input }
}

/// What time has made true of a matter, fact by fact, as a gateway tells it: the facts of nobody's command.
async fn of_time(api: &Api, matter: &str) -> Vec<String> {
    let query =
        "query($id: ID!) { history(matterId: $id, first: 200) { edges { node { name permit data } } } }";
    let page = api.ask("auditor", query, &json!({ "id": matter })).await;
    let nodes = page["history"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone());
    let of_time = |node: &Value| {
        ["PermitDeemedAccepted", "TermOverrun"].contains(&node["name"].as_str().unwrap_or_default())
    };
    nodes.filter(of_time).map(|node| node.to_string()).collect()
}

/// Three processes, each with its ticker and its policies. Nobody waits for days: the file was handed in fifty days ago
/// and is recorded today, so its terms have passed when the tickers first see it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_r22_three_processes_state_what_time_made_true_once_and_deliver_once() {
    let scratch = TempDir::new().unwrap();
    let data = scratch.path().join("node");
    prepare(&data);
    let node = Node::start(&data, free_address());
    let servers: Vec<Server> = (0..GATEWAYS)
        .map(|n| {
            let mut command = serving(&scratch.path().join(format!("gateway-{n}")), node.address);
            command.env("ONEMATTER_TICKER_SECONDS", "1");
            Server::start_by(command)
        })
        .collect();
    for server in &servers {
        server.ready().await;
    }
    let api = servers[0].api();
    let day = (beijing(SystemClock.now()) - jiff::Span::new().days(50)).to_string();
    let mut receipt: Option<Receipt> = None;
    for n in 0..5 {
        let intent = planned(77, 0, n, None);
        let matter = receipt.as_ref().map(|receipt| receipt.matter.clone());
        let intent = backdated(
            7_700 + u128::from(n),
            &intent.user,
            &intent.name,
            matter.as_deref(),
            &day,
            intent.input,
        );
        receipt = Some(send(&api, &intent).await.unwrap().unwrap_or_else(|answer| panic!("{answer}")));
    }
    let matter = receipt.unwrap().matter;

    // the lists of all three lead their tickers there; what they state stands still once it is stated
    let begun = std::time::Instant::now();
    while of_time(&api, &matter).await.is_empty() {
        assert!(begun.elapsed() < PATIENCE, "no ticker states anything");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    for server in &servers {
        let stated = of_time(&server.api(), &matter).await;
        let once: BTreeSet<_> = stated.iter().collect();
        println!("{stated:?}");
        assert_eq!(once.len(), stated.len(), "stated more than once: {stated:?}");
        // a review's intake has no consequence but to be late
        assert!(
            matches!(&stated[..], [one] if one.contains("TermOverrun") && one.contains("intake")),
            "{stated:?}"
        );
    }

    // a policy of each releases the project's code, once
    let log = KurrentLog::open(format!("esdb://{}?tls=false", node.address).parse().unwrap(), PATIENCE)
        .await
        .unwrap();
    let of_project = async || {
        let all = log.read_all(None, usize::MAX).await.unwrap();
        let facts = all.into_iter().filter(|event| event.stream.category() == "project");
        facts.map(|event| event.kind.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(of_project().await.len(), 1, "the code is reserved");
    let withdraw = json!({ "permit": "A1", "reason": "申请人撤回", "matter": matter, "commandId": uuid::Uuid::new_v4() });
    let terminate = json!({ "reason": "不再建设", "matter": matter, "commandId": uuid::Uuid::new_v4() });
    for (user, name, input) in [("clerk", "withdrawPermit", withdraw), ("lead", "terminateMatter", terminate)]
    {
        let intent = Intent { id: uuid::Uuid::new_v4(), user: user.into(), name: name.into(), input };
        send(&servers[1].api(), &intent).await.unwrap().unwrap_or_else(|answer| panic!("{answer}"));
    }
    let begun = std::time::Instant::now();
    while of_project().await.len() < 2 {
        assert!(begun.elapsed() < PATIENCE, "no policy delivers");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(of_project().await.len(), 2, "reserved, then released once: {:?}", of_project().await);
    drop(servers);
}

/// Three platforms, each with its ticker and its policies, on one node.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_three_tickers_and_policies_state_and_deliver_once() {
    let node = NodeHome::new();
    let mut houses = Vec::new();
    for _ in 0..GATEWAYS {
        houses.push(House::on(Some(node.connect().await as Arc<dyn EventLog>)).await);
    }
    houses[0].try_import("importDirectory", om_domain::directory::SHIPPED).await;
    houses[0].template(STORY).await;
    let case = Case::begin(&houses[0], "story", 1).await;
    for house in &houses {
        house.at("2023-06-12");
    }
    case.by("clerk").submit("J", &[]).done().await;
    for house in &houses {
        house.at("2023-07-20");
    }
    futures::future::join_all(houses.iter().map(|house| house.time_passes())).await;
    let stated = names_of(&case).await;
    let count = |name: &str| stated.iter().filter(|stated| stated.as_str() == name).count();
    assert_eq!(count("TermOverrun") + count("PermitDeemedAccepted"), 1, "{stated:?}");

    case.by("clerk").withdraw("J").done().await;
    case.by("lead").act("terminateMatter", json!({ "reason": "不再建设" })).done().await;
    futures::future::join_all(houses.iter().map(|house| house.time_passes())).await;
    let all = node.served().read_all(None, usize::MAX).await.unwrap();
    let released =
        all.iter().filter(|event| event.stream.category() == "project").map(|event| event.kind.to_string());
    let released: Vec<String> = released.collect();
    assert_eq!(released.len(), 2, "reserved, then released once: {released:?}");
}

async fn names_of(case: &Case) -> Vec<String> {
    case.history().await.into_iter().map(|entry| entry.name).collect()
}
