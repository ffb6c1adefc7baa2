//! UmaDB 0.7 as it is used: its server in a process of its own, asked over gRPC by its own client.
//!
//! `peers umadb-server serve --dir DIR` is that process; W2 starts it and ends it.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};
use umadb_client::{AsyncUmaDbClient, UmaDbClient};
use umadb_dcb::DcbEventStoreAsync;
use umadb_server::{ServerOptions, StorageOptions, start_server_with_options};

use crate::Outcome;
use crate::figure::{Clock, Options};
use crate::uma::{self, FILE};
use crate::workload::{EVENTS, event, matter_id};

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);
const ADDRESS: &str = "UMADB_ADDRESS";

pub async fn run(options: &Options) -> Outcome {
    match options.workload.as_str() {
        "serve" => {
            let address = std::env::var(ADDRESS)?;
            // ends with this process
            let (_stop, stopped) = oneshot::channel();
            // as its own program starts it when it is told nothing else
            let storage = StorageOptions::default().db_path(options.dir.join(FILE));
            let (tls, api_key) = (None, None);
            let settings = ServerOptions { listen_addr: address, tls, api_key, storage };
            start_server_with_options(settings, stopped).await.map_err(|error| error.to_string().into())
        }
        "W2" => {
            // the file is brought to the disk as for the engine alone
            drop(uma::open(&options.dir.join(FILE))?);
            let server = Server::start(options)?;
            let mut clients = Vec::with_capacity(64);
            for _ in 0..64 {
                clients.push(Arc::new(server.client().await?));
            }
            let (warm_up, first) = options.warm_up();
            many_clients(&clients, options.seed, 0, warm_up).await?;
            let clock = Clock::with(server.process.id());
            let taken = many_clients(&clients, options.seed, first, options.events).await?;
            options.commands(taken, &clock, 0);
            Ok(())
        }
        other => Err(format!("unknown workload {other}").into()),
    }
}

struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(options: &Options) -> Outcome<Self> {
        // free a moment ago
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args([options.system.as_str(), "serve", "--dir"])
            .arg(&options.dir)
            .env(ADDRESS, address.to_string());
        // what it says is not a line of ours
        let process = command.stdout(std::process::Stdio::null()).spawn()?;
        Ok(Self { process, address })
    }

    async fn client(&self) -> Outcome<AsyncUmaDbClient> {
        let until = Instant::now() + PATIENCE;
        loop {
            match UmaDbClient::new(format!("http://{}", self.address)).connect_async().await {
                Ok(client) => return Ok(client),
                Err(error) if Instant::now() > until => return Err(error.into()),
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // an error means that it has ended already
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Each with a connection and a matter of its own.
async fn many_clients(
    clients: &[Arc<AsyncUmaDbClient>],
    seed: u64,
    first: usize,
    count: usize,
) -> Outcome<Vec<Duration>> {
    let each = count.div_ceil(clients.len());
    let asking: Vec<_> = (0..)
        .zip(clients.iter().cloned())
        .map(|(nth, client)| {
            tokio::spawn(async move {
                let mut taken = Vec::with_capacity(each);
                for n in 0..each {
                    let (matter, revision) = (first + nth + 64 * (n / EVENTS), n % EVENTS);
                    let (id, command) = (matter_id(matter), event(seed, matter, revision));
                    let started = Instant::now();
                    let (events, head) = client.read_with_head(Some(uma::of(&id)), None, false, None).await?;
                    let (event, condition) = uma::decided(&id, &events, head, command);
                    client.append(vec![event], Some(condition), None).await?;
                    taken.push(started.elapsed());
                }
                Outcome::Ok(taken)
            })
        })
        .collect();
    let mut taken = Vec::new();
    for one in asking {
        taken.extend(one.await??);
    }
    Ok(taken)
}
